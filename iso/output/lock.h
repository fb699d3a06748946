/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_LOCK_H
#define ISO_OUTPUT_LOCK_H

#include "util/fault.h"

/**
 * output_lock - lock a file or device against virtual machines and other runs of our programs, until @fd is closed
 * @fd: open for writing. A descriptor that is open only for reading also finds the locks of others and keeps out our
 *      own programs, but does not keep a virtual machine from starting
 *
 * Every command that writes an image takes this lock, whatever kind of target it writes: build, mkisofs and reseed.
 * Returns: 0, also on a file system without locks; -EBUSY with @f if somebody else holds a lock.
 */
int output_lock(int fd, const char *path, struct fault *f);

#endif
