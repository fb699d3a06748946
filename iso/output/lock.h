/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_LOCK_H
#define ISO_OUTPUT_LOCK_H

#include "util/fault.h"

/**
 * output_lock - until @fd is closed, against virtual machines that start with it and other writers like us
 * @fd: open to be written; one that may only be read keeps others of us away just as well, and finds what others have
 *      locked, but does not keep a virtual machine from starting
 *
 * What writes to an image takes this lock: build, mkisofs and reseed, whatever the kind of the target.
 * Returns: 0, also on a file system without locks; -EBUSY with @f where another has one.
 */
int output_lock(int fd, const char *path, struct fault *f);

#endif
