/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/hex.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

void hex_encode(const uint8_t *raw, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		out[2 * i] = digits[raw[i] >> 4];
		out[2 * i + 1] = digits[raw[i] & 15];
	}
	out[2 * len] = '\0';
}

int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool dash_at(size_t i)
{
	return i == 8 || i == 13 || i == 18 || i == 23;
}

int uuid_parse(const char *text, size_t len, uint8_t ret_uuid[UUID_SIZE])
{
	uint8_t uuid[UUID_SIZE];
	size_t i, n = 0;

	if (len != UUID_STRLEN)
		return -EINVAL;
	for (i = 0; i < len; i++) {
		int high, low;

		if (dash_at(i)) {
			if (text[i] != '-')
				return -EINVAL;
			continue;
		}
		high = hex_digit(text[i]);
		low = hex_digit(text[++i]);
		if (high < 0 || low < 0)
			return -EINVAL;
		uuid[n++] = (uint8_t)(high << 4 | low);
	}
	memcpy(ret_uuid, uuid, UUID_SIZE);
	return 0;
}

void uuid_format(const uint8_t uuid[UUID_SIZE], char out[UUID_STRLEN + 1])
{
	char hex[2 * UUID_SIZE + 1];
	size_t i, n = 0;

	hex_encode(uuid, UUID_SIZE, hex);
	for (i = 0; i < UUID_STRLEN; i++)
		out[i] = dash_at(i) ? '-' : hex[n++];
	out[UUID_STRLEN] = '\0';
}
