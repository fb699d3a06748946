/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Standard output, for a pipe. */
#include "iso/output/output.h"

#include <unistd.h>

static int open_stream(struct output *o, struct fault *f)
{
	(void)o;
	(void)f;
	return 0;
}

static int begin(struct output *o, uint64_t size, int *ret_fd, bool *ret_placed, struct fault *f)
{
	(void)o;
	(void)size;
	(void)f;
	*ret_fd = STDOUT_FILENO;
	*ret_placed = false;
	return 0;
}

static int end(struct output *o, iso_progress *progress, void *ctx, struct fault *f)
{
	(void)o;
	(void)progress;
	(void)ctx;
	(void)f;
	return 0;
}

static void close_stream(struct output *o)
{
	(void)o;
}

const struct output_kind output_stream = {
	.open = open_stream,
	.begin = begin,
	.end = end,
	.close = close_stream,
};
