/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_SHA256_H
#define UTIL_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

/*
 * SHA-256 (FIPS 180-4), the only digest that the guest and the record need. The code is small rather than fast. For all
 * other hashing, the host uses libsodium. The tests compare this code with libsodium.
 */
struct sha256 {
	uint32_t h[8];
	uint64_t len; /* bytes added so far, less than 2^61 */
	uint8_t block[64];
};

void sha256_begin(struct sha256 *s);

/** sha256_add - add @len bytes; @data may be secret, because sha256_end() wipes all copies that remain in @s. */
void sha256_add(struct sha256 *s, const void *data, size_t len);

/** sha256_end - compute the digest of everything that was added, and wipe @s. */
void sha256_end(struct sha256 *s, uint8_t out[SHA256_SIZE]);

/** sha256 - compute the digest of one buffer. */
void sha256(const void *data, size_t len, uint8_t out[SHA256_SIZE]);

#endif
