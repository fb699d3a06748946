/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_INSPECT_H
#define DRIVE_INSPECT_H

#include "drive/image.h"
#include "drive/repeats.h"
#include "util/hex.h"

/* The content of an image, without any byte of a secret. */
struct inspect {
	struct image image;
	bool note_agrees, expired, has_uuid;
	uint8_t uuid[UUID_SIZE]; /* the instance's UUID in the metadata, if @has_uuid */
	unsigned damaged;        /* metadata files that are too large or malformed */
	struct repeats values;   /* all values of random_seed */
	size_t repeated;         /* how many of them repeat an earlier one */
};

/**
 * inspect_image - read the record, the note and all metadata of an image
 * @in:    the caller's storage, zeroed, with @image.fd -1; the caller calls inspect_clear() in the end, also after an
 *         error
 * @flags: as for image_open()
 * @now:   seconds since 1970 UTC, to decide whether the seed has expired
 * Returns: 0 or -errno with @f. Within two seconds it gives up reading an image that is too large to be a drive.
 */
int inspect_image(struct inspect *in, const char *path, int flags, uint64_t now, struct fault *f);

void inspect_clear(struct inspect *in);

#endif
