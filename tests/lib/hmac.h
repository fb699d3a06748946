/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_HMAC_H
#define TESTS_HMAC_H

/*
 * HMAC (RFC 2104) and HKDF (RFC 5869) with libsodium's plain SHA-512, for whole messages in one buffer. Only the hash is
 * shared with seed/condition.c.
 */
#include <assert.h>
#include <sodium.h>
#include <string.h>

struct message {
	uint8_t text[1 << 17];
	size_t len;
};

static inline void message_add(struct message *m, const void *bytes, size_t len)
{
	assert(len <= sizeof(m->text) - m->len);
	memcpy(m->text + m->len, bytes, len);
	m->len += len;
}

static inline void message_add_number(struct message *m, uint64_t number)
{
	int i;

	for (i = 0; i < 8; i++)
		message_add(m, &(uint8_t){ (uint8_t)(number >> 8 * i) }, 1);
}

static inline void plain_hmac(
	const void *key, size_t key_len, const struct message *m, uint8_t out[64])
{
	static struct message inner;
	uint8_t pad[128] = { 0 }, digest[64];
	size_t i;

	if (key_len > sizeof(pad))
		crypto_hash_sha512(pad, key, key_len);
	else
		memcpy(pad, key, key_len);
	for (i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36;
	inner.len = 0;
	message_add(&inner, pad, sizeof(pad));
	message_add(&inner, m->text, m->len);
	crypto_hash_sha512(digest, inner.text, inner.len);
	for (i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	inner.len = 0;
	message_add(&inner, pad, sizeof(pad));
	message_add(&inner, digest, sizeof(digest));
	crypto_hash_sha512(out, inner.text, inner.len);
}

static inline void plain_hkdf_expand(
	const uint8_t prk[64], const char *purpose, const char *context, uint8_t *out, size_t len)
{
	static struct message m;
	uint8_t block[64];
	uint8_t i;

	for (i = 1; len > 0; i++) {
		const size_t n = len < sizeof(block) ? len : sizeof(block);

		m.len = 0;
		if (i > 1)
			message_add(&m, block, sizeof(block));
		message_add(&m, purpose, strlen(purpose) + 1);
		message_add(&m, context, strlen(context));
		message_add(&m, &i, 1);
		plain_hmac(prk, 64, &m, block);
		memcpy(out, block, n);
		out += n;
		len -= n;
	}
}

#endif
