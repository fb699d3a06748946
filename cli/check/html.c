/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check/html.h"
#include "util/utf8.h"

#include <string.h>

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void html_text(FILE *to, const char *text)
{
	size_t left = strlen(text), n;

	for (; left > 0; left -= n, text += n) {
		const char *name = entity(*text);

		n = utf8_showable((const uint8_t *)text, left);
		if (name)
			fputs(name, to);
		else if (n > 0)
			fwrite(text, 1, n, to);
		else
			fprintf(to, "\\x%02x", (unsigned char)*text);
		if (n == 0)
			n = 1;
	}
}
