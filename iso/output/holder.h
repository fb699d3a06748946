/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_HOLDER_H
#define ISO_OUTPUT_HOLDER_H

#include <stdbool.h>
#include <sys/stat.h>

#include "util/fault.h"
#include "util/warning.h"

/*
 * Checks whether anybody uses a device or file that we are about to write. The kernel refuses an open(2) with O_EXCL
 * of a device that is mounted in any namespace, is swap space, or is part of another device (device mapper, RAID), and
 * of a disk if that is true of one of its partitions. It does not consider loop devices, nor descriptors of other
 * processes, such as a virtual machine. This file looks for those too, by device numbers, and finds the words for the
 * message in all cases. Everything that writes images uses it.
 */

/** holder_optical - is @st of an optical drive? Only the device number is checked; nothing is opened. */
bool holder_optical(const struct stat *st);

/**
 * holder_open - open a block device for reading and writing, exclusively, and lock it with output_lock()
 * @warn: gets a warning for each check that was not possible; or NULL
 * Refused are devices that holder_check() refuses, and write-protected ones.
 * Returns: 0 with @ret_fd, which the caller closes; or -errno with @f, -EBUSY if the device is in use.
 */
int holder_open(const char *path, int *ret_fd, const struct warning_sink *warn, struct fault *f);

/**
 * holder_check - does anybody else use it? Callers check after opening, and again immediately before the first write
 * @fd:   a block device or a regular file that we have open
 * @warn: gets a warning for each check that was not possible; or NULL
 *
 * A device is in use if it is mounted in the mount namespace of any process, is swap space, backs a loop device, is
 * part of another device, or is open in another process, through any device node. The same is checked for its
 * partitions, for the disk that it is a partition of, and for the devices and files below it. A descriptor that is
 * closed within a second does not count: programs such as udev open each device for a moment. A file is in use if it
 * backs a loop device.
 * Returns: 0; -EBUSY with @f.
 */
int holder_check(int fd, const char *path, const struct warning_sink *warn, struct fault *f);

/** holder_fault - after open(2) of @path failed with EBUSY: set @f to who uses it. Returns: -EBUSY. */
int holder_fault(struct fault *f, const char *path);

#endif
