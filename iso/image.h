/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_IMAGE_H
#define ISO_IMAGE_H

/* A tree as an image of libisofs: its names, attributes and times, and which trees the image has. */

#include "iso/write.h"

/**
 * ISO_IMAGE_FIFO_SECTORS - how far libisofs' thread may run ahead of who reads its image: 512 KiB, enough for the head
 * of a config drive without a single change of threads
 */
#define ISO_IMAGE_FIFO_SECTORS 256

/**
 * iso_image_begin - give the tree to libisofs, and let its thread begin to write the image
 * @l: sets @source, which the caller cancels and frees, and @size; takes @keep_owners, and @file's order, which is in @lba
 *     of each file
 *
 * The thread ends where it would have to read the first content: the streams that it gets have a size and refuse to be opened.
 *
 * Returns: 0 or -errno, @f with words for it; then there is no source.
 */
int iso_image_begin(
	struct iso_layout *l, const struct tree *t, const struct iso_options *o, struct fault *f);

#endif
