/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_MKISOFS_H
#define CLI_MKISOFS_H

#include "cli/mkisofs_args.h"
#include "cli/options.h"
#include "drive/compose.h"
#include "iso/output/disk.h"
#include "iso/output/target.h"

/* One run of seedrive-mkisofs. */
struct mkisofs {
	struct mkisofs_args args;
	struct entropy_options entropy;
	/* The output uses one of these four. */
	struct target target;
	struct stream stream;
	struct disk disk;
	struct output_device device;
	struct output output;
	struct compose compose;
	bool hand_over;   /* the run failed, but another program may be able to make the image */
	bool handed_over; /* a line has said that the fallback program makes the image */
};

/** mkisofs_help - prints the usage to standard error, as genisoimage does. */
void mkisofs_help(void);

/**
 * mkisofs_settle - for struct compose_caller: reads the configuration, for an image with a seed label only
 * @ctx: struct mkisofs. Returns: 0, or -errno with @f.
 */
int mkisofs_settle(struct compose *c, void *ctx, struct fault *f);

/**
 * mkisofs_gather - for struct compose_caller: reads the tree from the paths of the command line
 * @ctx: struct mkisofs; its hand_over is set if only the names' character set is at fault. Returns: 0, or -errno with @f.
 */
int mkisofs_gather(struct compose *c, void *ctx, struct fault *f);

#endif
