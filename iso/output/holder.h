/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_HOLDER_H
#define ISO_OUTPUT_HOLDER_H

#include <stdbool.h>
#include <sys/stat.h>

#include "util/fault.h"
#include "util/warning.h"

/*
 * Checks whether anybody uses a device or file that we are about to write. The kernel refuses to open a device with
 * O_EXCL if it is mounted in any namespace, is swap space, or is part of another device (device mapper, RAID); it also
 * refuses a disk if one of these is true of one of its partitions. It does not consider loop devices, nor descriptors
 * of other processes, such as a virtual machine. The functions here look for those too, by device numbers, and they
 * always find the words for the message. All code that writes images uses them.
 */

/** holder_optical - is @st the state of an optical drive? Only the device number is checked; nothing is opened. */
bool holder_optical(const struct stat *st);

/**
 * holder_open - open a block device for reading and writing, exclusively, and lock it with output_lock()
 * @warn: gets a warning for each check that was not possible; or NULL
 * Refuses a device that holder_check() refuses, or that is write-protected.
 * Returns: 0 with @ret_fd, which the caller closes; or -errno with @f, -EBUSY if the device is in use.
 */
int holder_open(const char *path, int *ret_fd, const struct warning_sink *warn, struct fault *f);

/**
 * holder_check - does anybody else use @fd? Callers check after opening it, and again just before the first write
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

/**
 * holder_fault - called after open(2) of @path failed with EBUSY: set @f to a message that says who uses it
 * Returns: -EBUSY.
 */
int holder_fault(struct fault *f, const char *path);

#endif
