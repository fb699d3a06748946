/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_HOLDER_H
#define ISO_OUTPUT_HOLDER_H

#include <stdbool.h>
#include <sys/stat.h>

#include "util/fault.h"
#include "util/warning.h"

/*
 * Who uses what is to be written. The kernel refuses an open(2) with O_EXCL of a device that is mounted, is swap space, or
 * belongs to another (device mapper, RAID), and of a disk of which a partition is; whatever namespace that is in. It does
 * not count loop devices, nor the descriptors of other processes, a virtual machine's among them. These are looked for here,
 * by the numbers of devices, for every writer; and words are found for all of them.
 */

/** holder_optical - is it an optical drive? By its number alone; nothing is opened. */
bool holder_optical(const struct stat *st);

/**
 * holder_open - have a block device for ourselves, to read and write, locked by output_lock()
 * @warn: hears of what could not be looked at; or NULL
 * Refused: what holder_check() refuses, and what is write-protected.
 * Returns: 0 with @ret_fd, or -errno with @f; -EBUSY for a use.
 */
int holder_open(const char *path, int *ret_fd, const struct warning_sink *warn, struct fault *f);

/**
 * holder_check - does anybody else use it? Asked when it is opened, and again immediately before the first write
 * @fd: a block device or a regular file, ours
 *
 * Of a device: mounts in the namespace of any process, swap space, loop devices that are made from it, other devices that
 * it is part of, descriptors of other processes, by whichever node: of it, of its partitions, of the disk that it is a
 * partition of, and of what it is made from. A descriptor that is gone within a second was one of those that look at
 * each device for a moment, as udev does. Of a file: loop devices that are made from it.
 * Returns: 0; -EBUSY with @f.
 */
int holder_check(int fd, const char *path, const struct warning_sink *warn, struct fault *f);

/** holder_fault - @path was refused with EBUSY: by whom is it used? Returns: -EBUSY, @f with words. */
int holder_fault(struct fault *f, const char *path);

#endif
