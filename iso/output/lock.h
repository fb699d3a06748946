/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_LOCK_H
#define ISO_OUTPUT_LOCK_H

#include "util/fault.h"

/**
 * output_lock - until @fd is closed, against virtual machines that start with it and others like us
 * Returns: 0; -EBUSY with @f where one has it. @fd is open to be written.
 */
int output_lock(int fd, const char *path, struct fault *f);

#endif
