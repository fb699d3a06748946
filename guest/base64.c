/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/base64.h"

#include <errno.h>

static int digit_of(int c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decodes a group of four digits. If padding leaves bits of a digit unused, these must be zero. So each value has only
 * one text. */
static void take_group(struct base64 *b)
{
	const unsigned bytes = 3 - b->padding;
	unsigned i;

	if (b->bits & ((1u << 8 * b->padding) - 1))
		b->err = -EILSEQ;
	else if (b->len + bytes > b->size)
		b->err = -E2BIG;
	for (i = 0; i < bytes && b->err == 0; i++)
		b->out[b->len++] = (uint8_t)(b->bits >> (16 - 8 * i));
	b->bits = b->digits = 0;
}

void base64_add(struct base64 *b, int c)
{
	int digit = digit_of(c);

	if (b->err < 0)
		return;
	if (c == '=' && b->digits >= 2) {
		b->padding++;
		digit = 0;
	} else if (b->padding > 0 || digit < 0) {
		b->err = -EILSEQ;
		return;
	}
	b->bits = b->bits << 6 | (uint32_t)digit;
	if (++b->digits == 4)
		take_group(b);
}

int base64_end(const struct base64 *b)
{
	return b->err < 0 ? b->err : b->digits == 0 ? 0 : -EILSEQ;
}
