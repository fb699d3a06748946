/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_OUTPUT_DEVICE_H
#define ISO_OUTPUT_OUTPUT_DEVICE_H

#include "iso/output/draft.h"
#include "iso/output/output.h"

/*
 * Output to a device. The image is first made in memory. It is written to the device only when it is complete, and if
 * no file of the tree has changed meanwhile. A table of functions has the differences between a disk and an optical
 * drive.
 */
struct device_functions {
	/* As in struct output_kind. */
	int (*open)(void *device, const struct output *o, struct fault *f);
	void (*close)(void *device);
	/* Called before the image is made: does an image of @size bytes fit? If @check_room is NULL, that cannot
	 * be known so early. */
	int (*check_room)(const void *device, uint64_t size, struct fault *f);
	/* Write the whole image to the device. */
	int (*write)(void *device, const struct draft *image, iso_progress *progress, void *ctx,
		struct fault *f);
};

/* The @state of an output of the kind output_device. */
struct output_device {
	const struct device_functions *functions;
	void *device;       /* the object of these functions: a struct disk or a struct burner */
	struct draft image; /* the caller sets its @fd to -1 */
};

extern const struct output_kind output_device;

#endif
