/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/output_device.h"

static int open_device(struct output *o, struct fault *f)
{
	struct output_device *d = o->state;

	return d->functions->open(d->device, o, f);
}

static int begin(struct output *o, uint64_t size, int *ret_fd, bool *ret_placed, struct fault *f)
{
	struct output_device *d = o->state;
	int r = d->functions->check_room ? d->functions->check_room(d->device, size, f) : 0;

	if (r < 0)
		return r;
	r = draft_open(&d->image, size);
	*ret_fd = d->image.fd;
	*ret_placed = false;
	return r < 0 ? fault_errno(f, r, "memory for the image") : 0;
}

static int end(struct output *o, iso_progress *progress, void *ctx, struct fault *f)
{
	struct output_device *d = o->state;

	return d->functions->write(d->device, &d->image, progress, ctx, f);
}

static void close_device(struct output *o)
{
	struct output_device *d = o->state;

	draft_clear(&d->image);
	d->functions->close(d->device);
}

const struct output_kind output_device = {
	.open = open_device,
	.begin = begin,
	.end = end,
	.close = close_device,
};
