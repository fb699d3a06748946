/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_OWNED_H
#define DRIVE_OWNED_H

#include "drive/image.h"
#include "util/sha256.h"

/*
 * What reseed is about to write over in an image: record, note, and each meta_data.json. Asked for twice: when the image
 * is opened, and again just before the first write, after what may have been a long wait for sources.
 */
struct owned {
	uint8_t digest[SHA256_SIZE]; /* of volume descriptor, record and note */
};

/**
 * owned_check - may all of it be written over?
 * Record and note have to be two files of their own, the note right behind the record, with the same seed_id; neither they
 * nor a meta_data.json may share a sector with anything else of the image.
 * Returns: 0 with @ret; -errno with @f.
 */
int owned_check(struct image *im, struct owned *ret, struct fault *f);

/**
 * owned_check_again - is it still what owned_check() has found, and does the image's path still lead to it?
 * Returns: 0; -ESTALE with @f, or as owned_check().
 */
int owned_check_again(struct image *im, const struct owned *before, struct fault *f);

#endif
