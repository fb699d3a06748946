/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes an old image unreadable before it is overwritten. */
#ifndef ISO_OUTPUT_INVALIDATE_H
#define ISO_OUTPUT_INVALIDATE_H

#include <stdint.h>

/*
 * invalidate_image - zero the primary volume descriptor (ECMA-119, 8.4) in @fd, and flush
 * @fd:   open for writing
 * @size: the file may grow to at most this many bytes
 *
 * After this, the new image can be written over the old one in any order, and no reader takes a mixture of both for an
 * image. Only descriptors are zeroed: if the power is cut meanwhile, the disk has either the whole old image or no
 * image.
 * Returns: 0 or -errno.
 */
int invalidate_image(int fd, uint64_t size);

#endif
