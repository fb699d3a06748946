/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_IMAGE_H
#define ISO_IMAGE_H

/* Describes a tree to libisofs: names, attributes and time stamps, and which directory trees the image gets. */

#include "iso/write.h"

/**
 * ISO_IMAGE_FIFO_SECTORS - how many sectors libisofs' thread may write before somebody reads them: 512 KiB. The head of
 * a config drive fits, so no switch between the two threads is needed while it is made.
 */
#define ISO_IMAGE_FIFO_SECTORS 256

/**
 * iso_image_begin - give the tree to libisofs, and let its thread begin to write the image
 * @l: reads @keep_owners and @attributes; reads the order of the contents from the @lba of each file; sets @size and
 *     @source. The caller cancels and frees @source
 *
 * The thread ends when it would have to read the first file's content: the streams that it gets have a size, but
 * opening one fails.
 *
 * Returns: 0; or -errno with @f, and @source is NULL.
 */
int iso_image_begin(
	struct iso_layout *l, const struct tree *t, const struct iso_options *o, struct fault *f);

#endif
