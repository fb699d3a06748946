/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_BUILD_H
#define CLI_BUILD_H

#include "cli/options.h"
#include "drive/compose.h"

/* One drive of `seedrive build`, as asked for and at work; or, with @batch, what all of them share. */
struct build {
	struct entropy_options entropy;
	const char *out, *dir, *label, *publisher, *bind;
	const char *user_data, *meta_data, *network_config;
	const char *batch; /* a list, instead of OUT and DIR */
	uint32_t jobs;     /* 0: as many as CPUs */
	bool force;        /* overwrite a device even if it holds data */
	bool to_stdout;
	/* the work */
	struct output output;
	struct compose compose;
};

/**
 * build_parse - the configuration first, then the options, which win
 * Returns: 0 or -errno with @f.
 */
int build_parse(struct build *b, int argc, char **argv, struct fault *f);

/** build_gather - for compose_image(): the tree of what goes in, its label, and the instance that it is bound to. @ctx: the build. */
int build_gather(struct compose *c, void *ctx, struct fault *f);

/**
 * build_one - a drive, from the first byte of entropy to the line that says what was done
 * @kind, @state: where it goes
 */
int build_one(struct build *b, const struct output_kind *kind, void *state, struct fault *f);

/** build_batch - all that @b->batch lists, several at once. Returns: 0 or -errno with @f. */
int build_batch(struct build *b, struct fault *f);

/** build_to_file - build_one() to @b->out, a file or standard output. */
int build_to_file(struct build *b, struct fault *f);

/** build_print - what was done: one line, or two, or JSON. */
void build_print(const struct build *b);

#endif
