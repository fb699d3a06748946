/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "util/fault.h"

#define BATCH_JOBS_MAX 256

/* A list of drives to make, and the worker processes that share the list. */
struct batch_row {
	const char *out, *dir;
	size_t line; /* its number in the list, from 1 */
};

struct batch {
	struct batch_row *row;
	size_t rows;
	char *text; /* the content of the list; the rows point into it */
};

/**
 * batch_read - reads a list with one drive a line: OUT, a tab, DIR; skips empty lines and lines that begin with #
 * @b:    the caller's storage; the caller calls batch_clear() when done, also after an error
 * @path: "-": standard input
 *
 * Returns: 0, or -errno with @f; for -EINVAL it names the file and the line.
 */
int batch_read(struct batch *b, const char *path, struct fault *f);

void batch_clear(struct batch *b);

/**
 * batch_check_places - checks that no two drives collide, before the first one is made
 * Places are compared by folder (device and inode) and name, since several paths can lead to one place.
 * @path: the path of the list, for messages
 * Returns: 0, or -EEXIST with @f, which names the line: its OUT is also the OUT of another line, or lies in the DIR of another.
 */
int batch_check_places(const struct batch *b, const char *path, struct fault *f);

/* The worker processes call @one for each row, and @end once before they exit. */
struct batch_work {
	int (*one)(void *ctx,
		const struct batch_row *row); /* 0, or -errno after reporting the fault */
	void (*end)(void *ctx);
	void *ctx;
};

/**
 * batch_run - processes the whole list with @jobs worker processes; if one dies, the others do the remaining rows
 * @quiet: no progress on a terminal
 * Returns: the number of rows that were done, or -errno.
 */
long batch_run(const struct batch *b, unsigned jobs, const struct batch_work *work, bool quiet);

/** batch_jobs - the number of CPUs that this process may use. */
unsigned batch_jobs(void);

#endif
