/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_DRBG_H
#define SEED_DRBG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DRBG_KEY   32
#define DRBG_BATCH 4096

/*
 * A deterministic random bit generator with a key of 256 bits: ChaCha20 with fast key erasure (D. J. Bernstein, 2017).
 * Each batch is the ChaCha20 key stream of the current key, with nonce 0. The first 32 bytes of the batch become the
 * next key, and the rest is output. So somebody who learns the current key cannot compute earlier output; and no output
 * is made and stored in advance.
 *
 * Input is hashed together with the key:
 *
 *   key = the first 32 bytes of HMAC-SHA-512(label, key || input)
 *
 * so no input makes the key weaker, even if an adversary chose it.
 *
 * The struct is secret. It must be in memory from secret_new(), which a forked child sees as zeros: in the child the
 * generator therefore refuses to give output, as it does before its first seed. It has no clock; the caller decides
 * when to reseed it.
 */
struct drbg {
	bool seeded;
	uint8_t stream[DRBG_KEY +
		DRBG_BATCH]; /* the key, followed by the current batch while one is made */
};

/** drbg_seed - mix in a seed; from then on the generator gives output. */
void drbg_seed(struct drbg *d, const uint8_t *seed, size_t len);

/** drbg_stir - mix in bytes that are not assessed, such as those that a client offers. */
void drbg_stir(struct drbg *d, const uint8_t *bytes, size_t len);

/**
 * drbg_make - write @len bytes, in batches of at most DRBG_BATCH
 * Before each batch a struct moment (seed/moment.h) is mixed in, so that two copies of this process do not give the
 * same bytes.
 * Returns: 0; -EAGAIN before the first seed, or in a forked child: nothing is written.
 */
int drbg_make(struct drbg *d, uint8_t *out, size_t len);

/**
 * drbg_batch - make one batch of 1 to DRBG_BATCH bytes without mixing anything in; only for drbg_make() and its tests.
 */
void drbg_batch(struct drbg *d, uint8_t *out, size_t len);

#endif
