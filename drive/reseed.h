/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_RESEED_H
#define DRIVE_RESEED_H

#include "drive/drive.h"
#include "drive/image.h"
#include "drive/owned.h"
#include "drive/mode.h"
#include "seed/requirement.h"

/* Writes a fresh seed into an existing image. Prints nothing. */
struct reseed {
	/* set by the caller */
	struct seed_requirement
		asked; /* unless @has_bits, @bits is replaced by the bits of the old record */
	const struct warning_sink *warn;
	enum drive_mode
		mode; /* DRIVE_SEED_MIX: the record is not changed; DRIVE_SEED_OFF is not allowed */
	bool has_bits;    /* the user chose @asked.bits */
	bool no_links;    /* no component of the image's path may be a symbolic link */
	bool provenance;  /* list the sources in seedrive.json, where tenants can read them */
	const char *bind; /* a UUID or "none"; NULL: keep the old binding */
	bool has_ttl;     /* use @ttl; else the old one is kept */
	uint32_t ttl;     /* seconds until the seed expires; 0: never */
	/* working state */
	struct image image;
	struct owned owned;
	struct seed seed;
	struct reseed_secret *secret;
	struct drive_mixed files;
	uint8_t uuid[UUID_SIZE]; /* the instance that the new record is bound to */
};

/**
 * reseed_image - replace record and note in one write, then each random_seed
 * @re: the caller's storage, zeroed except for the members set by the caller and @image.fd, which is -1; the caller
 *      calls reseed_clear() in the end, also after an error
 *
 * The image is locked before the draw begins, and until reseed_clear(). Returns: 0 or -errno with @f.
 */
int reseed_image(struct reseed *re, const char *path, struct fault *f);

void reseed_clear(struct reseed *re);

#endif
