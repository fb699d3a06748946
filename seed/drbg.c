/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/drbg.h"
#include "seed/condition.h"
#include "seed/moment.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static void mix(struct drbg *d, const char *label, const void *bytes, size_t len)
{
	uint8_t key[CONDITION_SIZE];

	condition_extract(key, label, d->stream, DRBG_KEY, bytes, len);
	memcpy(d->stream, key, DRBG_KEY);
	explicit_bzero(key, sizeof(key));
}

void drbg_seed(struct drbg *d, const uint8_t *seed, size_t len)
{
	mix(d, "seedrive 1 drbg seed", seed, len);
	d->seeded = true;
}

void drbg_stir(struct drbg *d, const uint8_t *bytes, size_t len)
{
	mix(d, "seedrive 1 drbg stir", bytes, len);
}

void drbg_batch(struct drbg *d, uint8_t *out, size_t len)
{
	static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES];
	uint8_t key[DRBG_KEY];

	assert(len <= DRBG_BATCH);
	memcpy(key, d->stream, DRBG_KEY);
	(void)crypto_stream_chacha20(d->stream, DRBG_KEY + len, nonce, key);
	memcpy(out, d->stream + DRBG_KEY, len);
	explicit_bzero(d->stream + DRBG_KEY, len);
	explicit_bzero(key, sizeof(key));
}

int drbg_make(struct drbg *d, uint8_t *out, size_t len)
{
	struct moment now;

	while (len > 0) {
		const size_t n = len < DRBG_BATCH ? len : DRBG_BATCH;

		/* The kernel zeroes the whole struct in a forked child, so this is false there. */
		if (!d->seeded)
			return -EAGAIN;
		moment_now(&now);
		mix(d, "seedrive 1 drbg moment", &now, sizeof(now));
		drbg_batch(d, out, n);
		out += n;
		len -= n;
	}
	return 0;
}
