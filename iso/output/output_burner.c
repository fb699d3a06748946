/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An optical drive, which takes the image only when it is whole in memory. */
#include "iso/output/output_device.h"

static int open_device(struct output *o, struct fault *f)
{
	struct output_burner *d = o->state;

	d->burner.path = o->path;
	return burner_open(&d->burner, f);
}

static int begin(struct output *o, uint64_t size, int *ret_fd, bool *ret_placed, struct fault *f)
{
	struct output_burner *d = o->state;
	const int r = draft_open(&d->image, size);

	*ret_fd = d->image.fd;
	*ret_placed = false;
	return r < 0 ? fault_errno(f, r, "the image, in memory") : 0;
}

static int end(struct output *o, iso_progress *progress, void *ctx, struct fault *f)
{
	struct output_burner *d = o->state;

	return burner_write(&d->burner, &d->image, progress, ctx, f);
}

static void close_device(struct output *o)
{
	struct output_burner *d = o->state;

	draft_clear(&d->image);
	burner_close(&d->burner);
}

const struct output_kind output_burner = {
	.open = open_device,
	.begin = begin,
	.end = end,
	.close = close_device,
};
