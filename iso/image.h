/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_IMAGE_H
#define ISO_IMAGE_H

/* Describes a tree to libisofs: names, attributes and time stamps, and which directory trees the image gets. */

#include "iso/write.h"

/**
 * iso_image_begin - give the tree to libisofs, which computes the size of the image
 * @l: @keep_owners, @attributes, and the order of the contents (the @lba of each file) are read; @size and @source are
 *     set. The caller cancels and frees @source
 *
 * Then writer_begin() (iso/writer.h) generates everything that precedes the contents. libisofs stops at the contents,
 * because the streams that we give it have a size but cannot be opened.
 *
 * Returns: 0; or -errno with @f: then @source is NULL.
 */
int iso_image_begin(
	struct iso_layout *l, const struct tree *t, const struct iso_options *o, struct fault *f);

#endif
