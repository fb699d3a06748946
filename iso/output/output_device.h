/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_OUTPUT_DEVICE_H
#define ISO_OUTPUT_OUTPUT_DEVICE_H

#include "iso/output/draft.h"
#include "iso/output/output.h"

/*
 * A device, which takes the image only when it is whole in memory and no file has changed meanwhile. What is different
 * between a disk and an optical drive is a table of functions of each.
 */
struct device_functions {
	/* As those of struct output_kind. */
	int (*open)(void *device, const struct output *o, struct fault *f);
	void (*close)(void *device);
	/* Before the image is made: does it fit? NULL: that is not known yet. */
	int (*check_room)(const void *device, uint64_t size, struct fault *f);
	/* All of it onto the device. */
	int (*write)(void *device, const struct draft *image, iso_progress *progress, void *ctx,
		struct fault *f);
};

/* The @state of the kind output_device. */
struct output_device {
	const struct device_functions *functions;
	void *device;       /* what they work on: a struct disk, a struct burner */
	struct draft image; /* its @fd begins as -1 */
};

extern const struct output_kind output_device;

#endif
