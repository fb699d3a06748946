/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_IMAGE_H
#define ISO_IMAGE_H

/* Describes a tree to libisofs: names, attributes and time stamps, and which directory trees the image gets. */

#include "iso/write.h"

/**
 * iso_image_begin - give the tree to libisofs, which computes the size of the image
 * @l: reads @keep_owners and @attributes; reads the order of the contents from the @lba of each file; sets @size and
 *     @source. The caller cancels and frees @source
 *
 * writer_begin() (iso/writer.h) then generates everything that precedes the contents. libisofs stops there, because the streams
 * that we give it have a size but cannot be opened.
 *
 * Returns: 0; or -errno with @f, and @source is NULL.
 */
int iso_image_begin(
	struct iso_layout *l, const struct tree *t, const struct iso_options *o, struct fault *f);

#endif
