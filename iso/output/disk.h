/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_DISK_H
#define ISO_OUTPUT_DISK_H

#include <stdbool.h>

#include "iso/output/content.h"
#include "iso/output/output_device.h"
#include "util/fault.h"

/*
 * A block device that takes an image: a USB stick, a disk, a loop device. Plain pwrite(2) and fsync(2): libburn
 * can do that too, but opens such a device without O_EXCL, writes an image from its beginning on, descriptors and
 * all, and passes it through buffers of its own.
 */
struct disk {
	const char *path;
	int fd;
	bool force; /* overwrite it even if it holds data */
	const struct content
		*content; /* who knows what it holds; NULL, with @force: nobody is asked */
	/* With @force: called with what is about to be overwritten, in words, before it is; or NULL. */
	void (*overwrites)(const char *path, const char *words);
	const struct warning_sink *warn;
	char holds[CONTENT_WORDS]; /* what was found; "" where nothing is known */
};

/**
 * disk_open - have it for ourselves
 * @d: the caller's storage, all set but @fd; needs disk_close() in the end, also after an error
 *
 * Refused: what is mounted or used in another way, by whomever; what a virtual machine has locked; and without
 * @force what holds something that libblkid knows. Nothing is written. Returns: 0 or -errno with @f.
 */
int disk_open(struct disk *d, struct fault *f);

/**
 * disk_write - the image to the device, and back to be compared
 * @report: called now and then
 *
 * Before the first byte: nobody else has come to use it; the device has room; without @force, there are zeros in all the place that the image
 * takes; with it, the marks of what it held are erased, wherever they are. The volume descriptors come last, when
 * all else is on stable storage, so that what is cut short at any moment is taken for a drive by nobody. What is
 * compared comes from the device, not from the page cache (O_DIRECT), and no copy of a seed stays there.
 * Returns: 0 or -errno with @f.
 */
int disk_write(struct disk *d, const struct draft *image, iso_progress *report, void *ctx,
	struct fault *f);

void disk_close(struct disk *d);

/** disk_check_stdout - a disk on standard output is written from its beginning, or not at all. 0 or -errno with @f. */
int disk_check_stdout(struct fault *f);

/* For a struct output_device, whose @device is a struct disk; its @path and @warn are then the output's. */
extern const struct device_functions disk_functions;

#endif
