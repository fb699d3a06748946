/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/utf8.h"

/* Follows RFC 3629, section 4: the first byte decides the length and, for some first bytes, a narrower range of the
 * second byte. */
size_t utf8_length(const uint8_t *text, size_t len)
{
	const uint8_t first = text[0];
	uint8_t low = 0x80, high = 0xbf;
	size_t n, i;

	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	n = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (n > len)
		return 0;
	if (first == 0xe0)
		low = 0xa0;
	else if (first == 0xed)
		high = 0x9f;
	else if (first == 0xf0)
		low = 0x90;
	else if (first == 0xf4)
		high = 0x8f;
	if (text[1] < low || text[1] > high)
		return 0;
	for (i = 2; i < n; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

uint32_t utf8_decode(const uint8_t *text, size_t n)
{
	uint32_t c = n == 1 ? text[0] : text[0] & (0x7fu >> n);
	size_t i;

	for (i = 1; i < n; i++)
		c = c << 6 | (text[i] & 0x3fu);
	return c;
}

/* Control characters are those of ASCII, and U+0080 to U+009F, which are encoded as 0xc2 0x80 to 0xc2 0x9f. */
size_t utf8_showable(const uint8_t *text, size_t len)
{
	const size_t n = utf8_length(text, len);

	if (n == 1)
		return text[0] >= 0x20 && text[0] != 0x7f;
	if (n == 2 && text[0] == 0xc2 && text[1] < 0xa0)
		return 0;
	return n;
}
