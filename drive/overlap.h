/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_OVERLAP_H
#define DRIVE_OVERLAP_H

#include <stddef.h>
#include <stdint.h>

#include "drive/image.h"

/* A file of an image that is about to be overwritten. */
struct own_file {
	struct iso_entry file;
	const char *name; /* its name in the trees of the image */
	const char *cut;  /* its 8.3 name in a tree without long names; NULL: the same */
};

/**
 * overlap_check - check that no file of @own shares a sector with anything else in the image
 * In a crafted image a file can overlap a descriptor, a folder or another file. This examines everything that the
 * descriptors, path tables and folders of all trees point to. A file of @own may be found several times, because each
 * tree lists it, but each time it must have its name and its exact extent.
 * Returns: 0; -EBADMSG with @f if sectors are shared, or if the image is malformed or has too many folders.
 */
int overlap_check(
	const struct image *im, const struct own_file *own, size_t count, struct fault *f);

#endif
