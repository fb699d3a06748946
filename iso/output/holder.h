/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_HOLDER_H
#define ISO_OUTPUT_HOLDER_H

#include <stdbool.h>
#include <sys/stat.h>

#include "util/fault.h"

/*
 * Who uses a block device. The kernel alone knows for sure, and says so by EBUSY to an open(2) with O_EXCL: of a
 * device that is mounted, is swap space, or belongs to another (device mapper, RAID), and of a disk of which
 * a partition is. What is here finds words for that, and the one use that the kernel does not count.
 */

/** holder_optical - is it an optical drive? By its number alone; nothing is opened. */
bool holder_optical(const struct stat *st);

/**
 * holder_open - have a block device for ourselves, to read and write
 * Refused: what is used by anybody, with words for the use; what is write-protected; what a loop device is made
 * from. What another mount namespace uses is refused as well, but how cannot be seen from here.
 * Returns: 0 with @ret_fd, or -errno with @f; -EBUSY for a use.
 */
int holder_open(const char *path, int *ret_fd, struct fault *f);

/** holder_fault - @path was refused with EBUSY: by whom is it used? Returns: -EBUSY, @f with words. */
int holder_fault(struct fault *f, const char *path);

#endif
