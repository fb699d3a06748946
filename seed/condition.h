/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_CONDITION_H
#define SEED_CONDITION_H

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Samples to seed, with HMAC-SHA-512 alone (a vetted conditioner of SP 800-90B 3.1.5.1.1), every
 * width on the way 512 bits:
 *
 *   digest of a source's part in a block   D = HMAC(label, name || 0 || block || length || bytes)
 *   key of a block                         PRK = HMAC(salt, for each source: name || 0 || length || D)
 *   output                                 HKDF-Expand of RFC 5869 (PRK, purpose || 0 || context)
 *
 * A concatenation, never an exclusive or: a source that knows all the others can cancel none.
 * Everything here is secret; the caller keeps it in locked memory and wipes it.
 */
#define CONDITION_SIZE 64

/* A source's part in one block, while its bytes come in. */
struct condition {
	crypto_auth_hmacsha512_state hmac;
};

/** condition_begin - @len: how many bytes will come; a promise that is part of what is hashed. */
void condition_begin(struct condition *c, const char *name, uint32_t block, uint64_t len);
void condition_add(struct condition *c, const uint8_t *raw, size_t len);
void condition_end(struct condition *c, uint8_t digest[CONDITION_SIZE]);

/** condition_key_begin, _add, _end - the key of one block from the digests of its sources. */
void condition_key_begin(struct condition *c, uint32_t block);
void condition_key_add(
	struct condition *c, const char *name, uint64_t len, const uint8_t digest[CONDITION_SIZE]);
void condition_key_end(struct condition *c, uint8_t prk[CONDITION_SIZE]);

/**
 * condition_extract - HKDF-Extract (RFC 5869 2.2) with SHA-512
 * @salt: any length; @a and @b: the input keying material in two pieces
 */
void condition_extract(uint8_t prk[CONDITION_SIZE], const char *salt, const uint8_t *a,
	size_t a_len, const uint8_t *b, size_t b_len);

/**
 * condition_expand - HKDF-Expand (RFC 5869 2.3) with SHA-512
 * @purpose, @context: the info is both with a zero byte between; two purposes, two outputs
 * @len: at most 255 * 64
 */
void condition_expand(uint8_t *out, size_t len, const uint8_t prk[CONDITION_SIZE],
	const char *purpose, const char *context);

#endif
