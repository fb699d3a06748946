/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output to a file that is replaced in one step, when the image is complete. */
#include "iso/output/interrupt.h"
#include "iso/output/output.h"
#include "iso/output/replace.h"

static int open_file(struct output *o, struct fault *f)
{
	return interrupt_open(o->state, o->path, o->warn, f);
}

/* The temporary file may be in the tree as well as the old file, unless it has no name. */
static size_t files(const struct output *o, struct tree_omit *out)
{
	const struct replace *r = o->state;
	const struct stat *old = &r->place.st;
	struct stat st;
	size_t n = 0;

	if (r->place.exists)
		out[n++] = (struct tree_omit){ .dev = old->st_dev, .ino = old->st_ino };
	if (!r->anonymous && fstat(r->fd, &st) == 0)
		out[n++] = (struct tree_omit){ .dev = st.st_dev, .ino = st.st_ino };
	return n;
}

static int check_old(const struct output *o, struct fault *f)
{
	const struct replace *r = o->state;

	if (!r->place.exists || r->place.st.st_size == 0)
		return 0;
	return output_check_old(r->place.dirfd, r->place.name, o->path, f);
}

static int writes_to(const struct output *o)
{
	return ((const struct replace *)o->state)->place.dirfd;
}

static int begin(struct output *o, uint64_t size, int *ret_fd, bool *ret_placed, struct fault *f)
{
	struct replace *r = o->state;

	(void)f;
	*ret_fd = r->fd;
	*ret_placed = false;
	return replace_reserve(r, size);
}

static int end(struct output *o, iso_progress *progress, void *ctx, struct fault *f)
{
	(void)progress;
	(void)ctx;
	return replace_commit(o->state, f);
}

static void close_file(struct output *o)
{
	interrupt_end(o->state);
}

const struct output_kind output_replace = {
	.open = open_file,
	.check_old = check_old,
	.files = files,
	.writes_to = writes_to,
	.begin = begin,
	.end = end,
	.close = close_file,
};
