/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_SHA256_H
#define UTIL_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

/*
 * The one digest that the guest and the record need (FIPS 180-4), small rather than fast; the host hashes
 * with libsodium, against which the tests hold this one.
 */
struct sha256 {
	uint32_t h[8];
	uint64_t len; /* bytes so far, below 2^61 */
	uint8_t block[64];
};

void sha256_begin(struct sha256 *s);

/** sha256_add - @data may be secret: what of it is in @s and in the working storage, sha256_end() wipes. */
void sha256_add(struct sha256 *s, const void *data, size_t len);

/** sha256_end - the digest of all that was added, in order; @s is wiped. */
void sha256_end(struct sha256 *s, uint8_t out[SHA256_SIZE]);

/** sha256 - the same over one buffer. */
void sha256(const void *data, size_t len, uint8_t out[SHA256_SIZE]);

#endif
