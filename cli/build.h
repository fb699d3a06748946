/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_BUILD_H
#define CLI_BUILD_H

#include "drive/compose.h"
#include "iso/output/replace.h"

/* One drive of `seedrive build`, as asked for and on its way; or, with @batch, what all of them share. */
struct build {
	struct entropy_options entropy;
	const char *out, *dir, *label, *publisher, *bind;
	const char *user_data, *meta_data, *network_config;
	const char *batch; /* a list, instead of OUT and DIR */
	uint32_t jobs;     /* 0: as many as CPUs */
	bool force;        /* a device may hold something */
	/* the work */
	bool to_stdout;
	struct replace replace;
	struct make make;
};

/**
 * build_parse - the configuration first; what the options say comes after that, and wins
 * Returns: -1 to go on, else an exit status, its line said.
 */
int build_parse(struct build *b, int argc, char **argv);

/** build_begin - make_begin(), with no more drawn than what goes in may need. Returns: as build_parse(). */
int build_begin(struct build *b);

/** build_gather - the tree of what goes in, its label, and whom it is bound to. Returns: as build_parse(). */
int build_gather(struct build *b);

/** build_lay_out - where all of it goes, with the seed: make_lay_out() as Nova wants it. */
int build_lay_out(struct build *b);

/** build_one - a drive, from the first byte of entropy to the last one of the image. Returns: an exit status. */
int build_one(struct build *b);

/** build_batch - all that @b->batch lists, several at once. Returns: an exit status. */
int build_batch(struct build *b);

/** build_say - what was done: one line, or two, or JSON. */
void build_say(const struct build *b);

#endif
