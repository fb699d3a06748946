/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_HOLDER_H
#define UTIL_HOLDER_H

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
 * holder_fault - @path was refused with EBUSY: by whom is it used?
 * Returns: -EBUSY, with words in @f; what another mount namespace has, for one, cannot be seen from here.
 */
int holder_fault(struct fault *f, const char *path);

/** holder_check_loop - 0; or -EBUSY with @f where a loop device is made from @path, the block device @dev. */
int holder_check_loop(dev_t dev, const char *path, struct fault *f);

#endif
