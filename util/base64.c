/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/base64.h"

/* 0 if @a < @b, else all ones, for both below 128. */
static unsigned at_least(unsigned a, unsigned b)
{
	return ((a - b) >> 31) - 1;
}

/* No table, as how long a look into one takes depends on what is in the cache. */
static char digit(unsigned six_bits)
{
	unsigned c = 'A' + six_bits;

	c += at_least(six_bits, 26) & ('a' - 26 - 'A');
	c -= at_least(six_bits, 52) & ('a' - 26 - ('0' - 52));
	c -= at_least(six_bits, 62) & ('0' - 52 - ('+' - 62));
	c += at_least(six_bits, 63) & ('/' - 63 - ('+' - 62));
	return (char)c;
}

void base64_encode(const uint8_t *raw, size_t len, char *out)
{
	size_t i, n;

	for (i = 0; i < len; i += 3, out += 4) {
		n = len - i;
		const unsigned group = (unsigned)raw[i] << 16 |
			(n > 1 ? (unsigned)raw[i + 1] << 8 : 0) | (n > 2 ? raw[i + 2] : 0u);

		out[0] = digit(group >> 18);
		out[1] = digit(group >> 12 & 63);
		out[2] = n > 1 ? digit(group >> 6 & 63) : '=';
		out[3] = n > 2 ? digit(group & 63) : '=';
	}
}
