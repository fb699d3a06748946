/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_CONDITION_H
#define SEED_CONDITION_H

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Conditioning makes a seed from samples. Each step is an HMAC-SHA-512, a vetted conditioning component of SP 800-90B
 * 3.1.5.1.1, and each intermediate value has 512 bits:
 *
 *   digest of a source's part in a block   D = HMAC(label, name || 0 || block || length || bytes)
 *   key of a block                         PRK = HMAC(salt, for each source: name || 0 || length || D)
 *   output                                 HKDF-Expand of RFC 5869 (PRK, purpose || 0 || context)
 *
 * The bytes of the sources are concatenated and hashed. XOR is never used: with it, a source that knows the bytes of
 * the other sources could cancel them. All values here are secret: the caller keeps them in locked memory and wipes
 * them.
 */
#define CONDITION_SIZE 64

/* The state of one hash. */
struct condition {
	crypto_auth_hmacsha512_state hmac;
};

/**
 * condition_begin, _add, _end - the digest of one source's part in one block
 * @name: of the source
 * @len:  the number of bytes that condition_add() will get in all; it is hashed first
 *
 * condition_end() wipes @c.
 */
void condition_begin(struct condition *c, const char *name, uint32_t block, uint64_t len);
void condition_add(struct condition *c, const uint8_t *raw, size_t len);
void condition_end(struct condition *c, uint8_t digest[CONDITION_SIZE]);

/** condition_key_begin, _add, _end - the key of one block, from the digests of its sources; _end wipes @c. */
void condition_key_begin(struct condition *c, uint32_t block);
void condition_key_add(
	struct condition *c, const char *name, uint64_t len, const uint8_t digest[CONDITION_SIZE]);
void condition_key_end(struct condition *c, uint8_t prk[CONDITION_SIZE]);

/**
 * condition_extract - HKDF-Extract (RFC 5869 2.2) with SHA-512
 * @salt: a text of any length
 * @a, @b: the input keying material, in two pieces
 */
void condition_extract(uint8_t prk[CONDITION_SIZE], const char *salt, const uint8_t *a,
	size_t a_len, const uint8_t *b, size_t b_len);

/**
 * condition_expand - HKDF-Expand (RFC 5869 2.3) with SHA-512
 * @purpose, @context: both texts, with a zero byte between them, are the info of RFC 5869; a different purpose or
 *                     context gives an independent output
 * @len: at most 255 * 64
 */
void condition_expand(uint8_t *out, size_t len, const uint8_t prk[CONDITION_SIZE],
	const char *purpose, const char *context);

#endif
