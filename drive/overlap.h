/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_OVERLAP_H
#define DRIVE_OVERLAP_H

#include <stddef.h>
#include <stdint.h>

#include "drive/image.h"

/* A file of an image that is about to be written over. */
struct own_file {
	struct iso_entry file;
	const char *name; /* as every tree of the image has it */
	const char *cut;  /* as a tree without long names has it; NULL: the same */
};

/**
 * overlap_check - does each of @own have its sectors for itself?
 * An image that somebody has crafted can have a file where a descriptor, a folder or another file is. All that descriptors,
 * path tables and folders point to is looked at, in the trees of all descriptors. A file may be found several times, by its
 * own name and with its own extent.
 * Returns: 0; -EBADMSG with @f where sectors are shared, or where the image is malformed or has too many folders.
 */
int overlap_check(
	const struct image *im, const struct own_file *own, size_t count, struct fault *f);

#endif
