/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/show.h"
#include "util/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Is it U+061C, U+200E, U+200F, U+2028 to U+202E or U+2066 to U+2069? These are Unicode's characters that change the
 * direction of text (UAX #9), and its line and paragraph separators. */
static bool misleads(const uint8_t *text, size_t len)
{
	if (len == 2)
		return text[0] == 0xd8 && text[1] == 0x9c;
	if (len != 3 || text[0] != 0xe2)
		return false;
	return (text[1] == 0x80 &&
		       (text[2] == 0x8e || text[2] == 0x8f ||
			       (text[2] >= 0xa8 && text[2] <= 0xae))) ||
		(text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9);
}

size_t show_length(const char *text, size_t len)
{
	const size_t n = utf8_showable((const uint8_t *)text, len);

	return misleads((const uint8_t *)text, n) ? 0 : n;
}

size_t show_next(const char *text, size_t len, char out[SHOW_MAX + 1])
{
	const size_t n = show_length(text, len);

	if (n == 0) {
		snprintf(out, SHOW_MAX + 1, "\\x%02x", (unsigned char)*text);
		return 1;
	}
	memcpy(out, text, n);
	out[n] = '\0';
	return n;
}

char *show_text(char *out, size_t size, const char *text)
{
	size_t left = strlen(text), at = 0, n, width;
	char one[SHOW_MAX + 1];

	for (; left > 0; left -= n, text += n) {
		n = show_next(text, left, one);
		width = strlen(one);
		if (at + width >= size)
			break;
		memcpy(out + at, one, width);
		at += width;
	}
	if (size > 0)
		out[at] = '\0';
	return out;
}
