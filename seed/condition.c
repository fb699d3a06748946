/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/condition.h"

#include <assert.h>
#include <string.h>

static const char sample_label[] = "seedrive 1 samples";
static const char key_salt[] = "seedrive 1 block";

static void start(struct condition *c, const char *key)
{
	crypto_auth_hmacsha512_init(&c->hmac, (const uint8_t *)key, strlen(key));
}

/* Hashes the text together with its terminating zero. So no hashed text is the beginning of another one. */
static void add_text(struct condition *c, const char *text)
{
	crypto_auth_hmacsha512_update(&c->hmac, (const uint8_t *)text, strlen(text) + 1);
}

static void add_number(struct condition *c, uint64_t number)
{
	uint8_t le[8];
	int i;

	for (i = 0; i < 8; i++)
		le[i] = (uint8_t)(number >> 8 * i);
	crypto_auth_hmacsha512_update(&c->hmac, le, sizeof(le));
}

static void finish(struct condition *c, uint8_t out[CONDITION_SIZE])
{
	crypto_auth_hmacsha512_final(&c->hmac, out);
	sodium_memzero(c, sizeof(*c));
}

void condition_begin(struct condition *c, const char *name, uint32_t block, uint64_t len)
{
	start(c, sample_label);
	add_text(c, name);
	add_number(c, block);
	add_number(c, len);
}

void condition_add(struct condition *c, const uint8_t *raw, size_t len)
{
	crypto_auth_hmacsha512_update(&c->hmac, raw, len);
}

void condition_end(struct condition *c, uint8_t digest[CONDITION_SIZE])
{
	finish(c, digest);
}

void condition_key_begin(struct condition *c, uint32_t block)
{
	start(c, key_salt);
	add_number(c, block);
}

void condition_key_add(
	struct condition *c, const char *name, uint64_t len, const uint8_t digest[CONDITION_SIZE])
{
	add_text(c, name);
	add_number(c, len);
	crypto_auth_hmacsha512_update(&c->hmac, digest, CONDITION_SIZE);
}

void condition_key_end(struct condition *c, uint8_t prk[CONDITION_SIZE])
{
	finish(c, prk);
}

void condition_extract(uint8_t prk[CONDITION_SIZE], const char *salt, const uint8_t *a,
	size_t a_len, const uint8_t *b, size_t b_len)
{
	struct condition c;

	start(&c, salt);
	condition_add(&c, a, a_len);
	condition_add(&c, b, b_len);
	finish(&c, prk);
}

void condition_expand(uint8_t *out, size_t len, const uint8_t prk[CONDITION_SIZE],
	const char *purpose, const char *context)
{
	uint8_t block[CONDITION_SIZE], counter = 0;
	struct condition keyed, c;

	assert(len <= 255 * sizeof(block));
	crypto_auth_hmacsha512_init(&keyed.hmac, prk, CONDITION_SIZE);
	while (len > 0) {
		const size_t n = len < sizeof(block) ? len : sizeof(block);

		c = keyed; /* a copy, so that the key is hashed only once, not for each output block */
		if (counter > 0)
			condition_add(&c, block, sizeof(block));
		add_text(&c, purpose);
		condition_add(&c, (const uint8_t *)context, strlen(context));
		condition_add(&c, &(uint8_t){ (uint8_t)(counter + 1) }, 1);
		finish(&c, block);
		memcpy(out, block, n);
		counter++;
		out += n;
		len -= n;
	}
	sodium_memzero(block, sizeof(block));
	sodium_memzero(&keyed, sizeof(keyed));
}
