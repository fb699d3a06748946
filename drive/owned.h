/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_OWNED_H
#define DRIVE_OWNED_H

#include "drive/image.h"
#include "util/sha256.h"

/*
 * Checks the files of an image that reseed will overwrite: record, note, and each meta_data.json. This is done twice:
 * when the image is opened, and again just before the first write, because the wait for sources may have been long.
 */
struct owned {
	uint8_t digest[SHA256_SIZE]; /* over volume descriptor, record and note */
};

/**
 * owned_check - may these files be overwritten?
 * Record and note must be two files, the note directly after the record and with the same seed_id. Neither they
 * nor a meta_data.json may share a sector with anything else in the image.
 * Returns: 0 with @ret; -errno with @f.
 */
int owned_check(struct image *im, struct owned *ret, struct fault *f);

/**
 * owned_check_again - are the files still the same as in owned_check(), and does the path still lead to this image?
 * Returns: 0; -ESTALE with @f, or as owned_check().
 */
int owned_check_again(struct image *im, const struct owned *before, struct fault *f);

#endif
