/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_LOCK_H
#define ISO_OUTPUT_LOCK_H

#include "util/fault.h"

/**
 * output_lock - lock a file or device against virtual machines and other runs of our programs, until @fd is closed
 * @fd: open for writing. If it is open only for reading, the locks of others are still found, and our own programs are
 *      kept out, but a virtual machine can start
 *
 * Every command that writes an image takes this lock, whatever kind of target it writes: build, mkisofs and reseed.
 * Returns: 0, also on a file system without locks; -EBUSY with @f if somebody else holds a lock.
 */
int output_lock(int fd, const char *path, struct fault *f);

/**
 * output_unlock - release the lock of a descriptor that others have, too, such as standard output
 * The lock belongs to the open file, not to the process, so it would last until all of them have closed it.
 */
void output_unlock(int fd);

#endif
