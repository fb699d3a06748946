/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_DRBG_H
#define SEED_DRBG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DRBG_KEY   32
#define DRBG_BATCH 4096

/*
 * A generator without end from a key of 256 bits: ChaCha20 with fast key erasure (D. J. Bernstein, 2017). Each batch
 * is the key stream of the key of the moment, with nonce 0; its first 32 bytes are the next key, and the rest is
 * handed out. So who learns the key learns nothing that was handed out before, and nothing is kept that will be.
 *
 * Whatever is mixed in is hashed with the key:
 *
 *   key = the first 32 bytes of HMAC-SHA-512(label, key || input)
 *
 * An input, also one that an adversary has chosen, cannot take away from what the key is worth.
 *
 * It is secret, and zeros in a child that was forked (util/secret.h): there it refuses to give anything, as it does
 * before its first seed. It has no clock and reports nothing; who uses it decides when it is to be reseeded.
 */
struct drbg {
	bool seeded;
	uint8_t stream[DRBG_KEY + DRBG_BATCH]; /* the key; while a batch is made, that too */
};

/** drbg_seed - mix a seed in; from now on it gives. */
void drbg_seed(struct drbg *d, const uint8_t *seed, size_t len);

/** drbg_stir - mix in what is worth nothing by itself, such as bytes that a client offers. */
void drbg_stir(struct drbg *d, const uint8_t *bytes, size_t len);

/**
 * drbg_make - @len bytes, in batches of at most DRBG_BATCH
 * Into each enters the moment (seed/moment.h), so that two copies of this process do not give the same.
 * Returns: 0; -EAGAIN, and nothing is written, before it is seeded.
 */
int drbg_make(struct drbg *d, uint8_t *out, size_t len);

/** drbg_batch - the bare step: one batch of 1 to DRBG_BATCH bytes from the key as it is; for drbg_make() and its tests. */
void drbg_batch(struct drbg *d, uint8_t *out, size_t len);

#endif
