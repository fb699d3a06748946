/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_RESEED_H
#define DRIVE_RESEED_H

#include "drive/drive.h"
#include "drive/image.h"
#include "drive/owned.h"
#include "drive/mode.h"
#include "seed/requirement.h"

/* A fresh seed in an image that exists. Prints nothing. */
struct reseed {
	/* what is asked */
	struct seed_requirement asked; /* its @bits become those of the record, unless @has_bits */
	const struct warning_sink *warn;
	enum drive_mode mode; /* DRIVE_SEED_MIX: the record stays as it is; not DRIVE_SEED_OFF */
	bool has_bits;
	bool no_links;    /* no part of the image's path may be a symbolic link */
	bool provenance;  /* tenants may know the sources */
	const char *bind; /* a UUID or "none"; NULL: as before */
	bool has_ttl;     /* else as before */
	uint32_t ttl;
	/* the work */
	struct image image;
	struct owned owned;
	struct seed seed;
	struct reseed_secret *secret;
	struct drive_mixed files;
	uint8_t uuid[UUID_SIZE]; /* that the record is bound to now */
};

/**
 * reseed_image - renew record and note in one write, then each random_seed
 * @re: the caller's storage, zeroed but for what is asked and @image.fd, -1; needs reseed_clear() in the end, also
 *      after an error
 *
 * The image is locked from before the draw until reseed_clear(). Returns: 0 or -errno with @f.
 */
int reseed_image(struct reseed *re, const char *path, struct fault *f);

void reseed_clear(struct reseed *re);

#endif
