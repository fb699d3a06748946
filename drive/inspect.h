/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_INSPECT_H
#define DRIVE_INSPECT_H

#include "drive/image.h"
#include "drive/repeats.h"
#include "util/hex.h"

/* What an image holds, as far as it may be told: never a byte of a secret. */
struct inspect {
	struct image image;
	bool note_agrees, expired, has_uuid;
	uint8_t uuid[UUID_SIZE]; /* the instance's, by its metadata */
	unsigned damaged;        /* metadata files that cannot be read */
	struct repeats values;   /* of random_seed */
	size_t repeated;
};

/**
 * inspect_image - read all of an image that has to do with a seed
 * @in:    the caller's storage, zeroed; @image.fd is -1; needs inspect_clear() in the end, also after an error
 * @flags: as those of image_open()
 * @now:   the time by which a seed has expired, or not
 * Returns: 0 or -errno with @f. An image that no drive can be is given up within two seconds.
 */
int inspect_image(struct inspect *in, const char *path, int flags, uint64_t now, struct fault *f);

void inspect_clear(struct inspect *in);

#endif
