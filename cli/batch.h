/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "util/fault.h"

#define BATCH_JOBS_MAX 256

/* Many drives of one kind: a list of them, and processes that share it out among themselves. */
struct batch_row {
	const char *out, *dir;
	size_t line; /* of the list */
};

struct batch {
	struct batch_row *row;
	size_t rows;
	char *text; /* where their names are kept */
};

/**
 * batch_read - one drive a line: OUT, a tab, DIR; empty lines, and those that begin with #, are none
 * @b:    the caller's storage; needs batch_clear() in the end, also after an error
 * @path: "-": standard input
 *
 * Returns: 0 or -errno; -EINVAL names file and line.
 */
int batch_read(struct batch *b, const char *path, struct fault *f);

void batch_clear(struct batch *b);

/**
 * batch_check_places - find every OUT and every DIR before the first drive is made
 * By folders and names, and not by paths, which can be many for one place.
 * @path: of the list, for words
 * Returns: 0; -EEXIST with @f, by the number of the line, where an OUT is another line's too, or is in another's DIR.
 */
int batch_check_places(const struct batch *b, const char *path, struct fault *f);

/* What is done for each row, in one of the processes, and once at that one's end. */
struct batch_work {
	int (*one)(void *ctx,
		const struct batch_row *row); /* 0, or -errno once it has said what is wrong */
	void (*end)(void *ctx);
	void *ctx;
};

/**
 * batch_run - the whole list, by @jobs processes side by side; one that ends is not missed by the others
 * @quiet: no progress on a terminal
 * Returns: how many rows were done, or -errno.
 */
long batch_run(const struct batch *b, unsigned jobs, const struct batch_work *work, bool quiet);

/** batch_jobs - as many as there are CPUs for us. */
unsigned batch_jobs(void);

#endif
