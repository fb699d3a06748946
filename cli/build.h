/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_BUILD_H
#define CLI_BUILD_H

#include "cli/options.h"
#include "drive/compose.h"

/* One drive of `seedrive build`: what was asked for, and its state. With @batch: what all drives of the list share. */
struct build {
	struct entropy_options entropy;
	const char *out, *dir, *label, *publisher, *bind;
	const char *user_data, *meta_data, *network_config;
	const char *batch; /* path of a list of drives, instead of OUT and DIR */
	uint32_t jobs;     /* worker processes; 0: one for each CPU */
	bool force;        /* overwrite a device even if it holds data */
	bool to_stdout;
	/* state */
	struct output output;
	struct compose compose;
};

/**
 * build_parse - reads the configuration, then the options, which override it
 * Returns: 0 or -errno with @f.
 */
int build_parse(struct build *b, int argc, char **argv, struct fault *f);

/** build_gather - for compose_image(): adds the files, the label and the UUID of the instance. @ctx: struct build. */
int build_gather(struct compose *c, void *ctx, struct fault *f);

/**
 * build_one - makes one drive: draws its entropy, writes the image and prints what was done
 * @kind, @state: the output to write to
 */
int build_one(struct build *b, const struct output_kind *kind, void *state, struct fault *f);

/** build_batch - makes all drives that @b->batch lists, several at once. Returns: 0, or -errno with @f. */
int build_batch(struct build *b, struct fault *f);

/** build_to_file - calls build_one() for @b->out, which is a file or standard output. */
int build_to_file(struct build *b, struct fault *f);

/** build_print - prints what was done: one or two lines, or JSON. */
void build_print(const struct build *b);

#endif
