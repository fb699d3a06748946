/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output to a file that is written in place. Callers of mkisofs expect that, and standard output cannot be replaced. */
#include "iso/output/holder.h"
#include "iso/output/output.h"
#include "iso/output/target.h"

#include <fcntl.h>

static int open_target(struct output *o, struct fault *f)
{
	return target_open(o->state, o->path, f);
}

static size_t files(const struct output *o, struct tree_omit *out)
{
	const struct target *t = o->state;

	*out = (struct tree_omit){ .dev = t->st.st_dev, .ino = t->st.st_ino };
	return 1;
}

static int check_old(const struct output *o, struct fault *f)
{
	const struct target *t = o->state;

	if (!o->path || t->st.st_size == 0)
		return 0;
	return output_check_old(AT_FDCWD, o->path, o->path, f);
}

/* If the output fails, a file that we created is removed from its folder, so that folder is returned. An existing file
 * stays; it is returned because it is opened again by its name if closing it fails. */
static int writes_to(const struct output *o)
{
	const struct target *t = o->state;

	return t->created ? t->place.dirfd : t->fd;
}

static int begin(struct output *o, uint64_t size, int *ret_fd, bool *ret_placed, struct fault *f)
{
	struct target *t = o->state;
	/* An empty file cannot be in use. */
	int r = t->st.st_size > 0 ? holder_check(t->fd, output_name(o), o->warn, f) : 0;

	*ret_fd = t->fd;
	*ret_placed = true;
	return r < 0 ? r : target_begin(t, size);
}

static int end(struct output *o, iso_progress *progress, void *ctx, struct fault *f)
{
	(void)progress;
	(void)ctx;
	(void)f;
	return target_end(o->state);
}

static void close_target(struct output *o)
{
	target_clear(o->state);
}

const struct output_kind output_in_place = {
	.open = open_target,
	.check_old = check_old,
	.files = files,
	.writes_to = writes_to,
	.begin = begin,
	.end = end,
	.close = close_target,
};
