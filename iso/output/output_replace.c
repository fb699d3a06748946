/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file replaced in one step, once the image is whole. */
#include "iso/output/interrupt.h"
#include "iso/output/output.h"
#include "iso/output/replace.h"

static int open_file(struct output *o, struct fault *f)
{
	return interrupt_open(o->state, o->path, f);
}

/* The temporary file may be in the tree, too. */
static size_t files(const struct output *o, struct tree_omit *out)
{
	const struct replace *r = o->state;
	struct stat st;
	size_t n = 0;

	if (r->replaces)
		out[n++] = (struct tree_omit){ .dev = r->old.st_dev, .ino = r->old.st_ino };
	if (fstat(r->fd, &st) == 0)
		out[n++] = (struct tree_omit){ .dev = st.st_dev, .ino = st.st_ino };
	return n;
}

static int check_old(const struct output *o, struct fault *f)
{
	const struct replace *r = o->state;

	if (!r->replaces || r->old.st_size == 0)
		return 0;
	return output_check_old(r->dirfd, r->name, o->path, f);
}

static int begin(struct output *o, uint64_t size, int *ret_fd, bool *ret_placed, struct fault *f)
{
	const struct replace *r = o->state;

	(void)size;
	(void)f;
	*ret_fd = r->fd;
	*ret_placed = false;
	return 0;
}

static int end(struct output *o, iso_progress *progress, void *ctx, struct fault *f)
{
	(void)progress;
	(void)ctx;
	(void)f;
	return replace_commit(o->state);
}

static void close_file(struct output *o)
{
	interrupt_end(o->state);
}

const struct output_kind output_replace = {
	.open = open_file,
	.check_old = check_old,
	.files = files,
	.begin = begin,
	.end = end,
	.close = close_file,
};
