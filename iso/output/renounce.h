/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An old image that is to be overwritten stops being one before anything of it is. */
#ifndef SEEDRIVE_ISO_OUTPUT_RENOUNCE_H
#define SEEDRIVE_ISO_OUTPUT_RENOUNCE_H

#include <stdint.h>

/*
 * Zeroes the primary volume descriptor (ECMA-119, 8.4) in fd and flushes fd, so that no reader takes what is written over
 * it, in whatever order, for the old image. Nothing but descriptors is zeroed: if the power is cut meanwhile, the disk
 * has the old image whole or none. `size` is how long fd may become, in bytes. A negative errno on failure.
 */
int renounce_image(int fd, uint64_t size);

#endif
