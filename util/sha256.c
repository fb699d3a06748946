/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/sha256.h"

#include <endian.h>
#include <string.h>

/* FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
/* clang-format off */
static const uint32_t K[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
/* clang-format on */

static uint32_t ror(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static uint32_t big_endian(const uint8_t *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return be32toh(word);
}

/* FIPS 180-4, 6.2.2, with the message schedule kept in a window of sixteen words. */
static void compress(uint32_t h[8], const uint8_t block[64])
{
	uint32_t v[8], w[16];
	int i;

	memcpy(v, h, sizeof(v));
	for (i = 0; i < 64; i++) {
		uint32_t a = v[0], e = v[4], t1, t2, x, y;

		if (i < 16) {
			w[i] = big_endian(block + 4 * i);
		} else {
			x = w[(i + 1) & 15];
			y = w[(i + 14) & 15];
			w[i & 15] += (ror(x, 7) ^ ror(x, 18) ^ x >> 3) + w[(i + 9) & 15] +
				(ror(y, 17) ^ ror(y, 19) ^ y >> 10);
		}
		t1 = v[7] + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + (v[6] ^ (e & (v[5] ^ v[6]))) +
			K[i] + w[i & 15];
		t2 = (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + ((a & v[1]) | (v[2] & (a | v[1])));
		memmove(v + 1, v, 7 * sizeof(*v));
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (i = 0; i < 8; i++)
		h[i] += v[i];
	explicit_bzero(w, sizeof(w));
	explicit_bzero(v, sizeof(v));
}

void sha256_begin(struct sha256 *s)
{
	static const uint32_t first[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	memcpy(s->h, first, sizeof(first));
	s->len = 0;
}

void sha256_add(struct sha256 *s, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (; len > 0; len--) {
		s->block[s->len++ % sizeof(s->block)] = *p++;
		if (s->len % sizeof(s->block) == 0)
			compress(s->h, s->block);
	}
}

/* Padding by FIPS 180-4, 5.1.1: a one bit, zeros up to the last eight bytes of a block, and the length in bits. */
void sha256_end(struct sha256 *s, uint8_t out[SHA256_SIZE])
{
	const uint64_t bits = htobe64(s->len * 8);
	uint8_t pad = 0x80;
	int i;

	do {
		sha256_add(s, &pad, 1);
		pad = 0;
	} while (s->len % sizeof(s->block) != sizeof(s->block) - sizeof(bits));
	sha256_add(s, &bits, sizeof(bits));
	for (i = 0; i < SHA256_SIZE; i++)
		out[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i & 3)));
	explicit_bzero(s, sizeof(*s));
}

void sha256(const void *data, size_t len, uint8_t out[SHA256_SIZE])
{
	struct sha256 s;

	sha256_begin(&s);
	sha256_add(&s, data, len);
	sha256_end(&s, out);
}
