/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_DISK_H
#define ISO_OUTPUT_DISK_H

#include <stdbool.h>

#include "iso/output/content.h"
#include "iso/output/output_device.h"
#include "util/fault.h"

/*
 * Writes an image to a block device: a USB stick, a disk, a loop device. It uses plain pwrite(2) and fsync(2), and not
 * libburn. libburn could write to such devices too; but it opens them without O_EXCL, it writes the image from its
 * beginning on, with the descriptors first, and it copies the image through its own buffers.
 */
struct disk {
	const char *path;
	int fd;
	bool force; /* overwrite the device even if it holds data */
	const struct content *
		content; /* to find out what the device holds; with @force it may be NULL: then nothing is checked */
	/* With @force: called with a description of the data before it is overwritten; or NULL. */
	void (*overwrites)(const char *path, const char *words);
	const struct warning_sink *warn;
	char holds[CONTENT_WORDS]; /* the content of the device; "" if no known content was found */
};

/**
 * disk_open - get exclusive use of the device
 * @d: the caller's storage; all members but @fd and @holds are set; the caller calls disk_close() in the end, also
 *     after an error
 *
 * A device is refused if it is mounted, if anybody uses it in another way, or if a virtual machine has locked it.
 * Without @force it is also refused if libblkid recognizes its content. Nothing is written. Returns: 0 or -errno with
 * @f.
 */
int disk_open(struct disk *d, struct fault *f);

/**
 * disk_write - write the image to the device, read it back and compare
 * @report: called from time to time
 *
 * Before the first write, it checks three things: the device is large enough, nobody else has begun to use it, and
 * (without @force) the sectors that the image will occupy are all zeros. With @force, the signatures of the old content
 * are erased, wherever they are on the device. The volume descriptors are written last, when everything else is on
 * stable storage, so that nobody takes a half-written image for a drive. Reading back uses O_DIRECT, which bypasses
 * the page cache. The cached copies of the seed are dropped.
 * Returns: 0 or -errno with @f.
 */
int disk_write(struct disk *d, const struct draft *image, iso_progress *report, void *ctx,
	struct fault *f);

void disk_close(struct disk *d);

/**
 * disk_check_stdout - check that the offset of standard output, which is a disk, is 0
 * Returns: 0 or -EINVAL with @f.
 */
int disk_check_stdout(struct fault *f);

/* For a struct output_device whose @device is a struct disk. They set the disk's @path and @warn from the output. */
extern const struct device_functions disk_functions;

#endif
