/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/print.h"
#include "util/show.h"

#include <limits.h>
#include <stdarg.h>
#include <string.h>

#define TEXT_SIZE (3 * PATH_MAX) /* room for two names and text; longer text is cut */
#define LINE_SIZE 1024           /* a shorter line is one write, even if the stream has no buffer */

/* Prints the text, escaped, and then @end, unchanged. */
static void print_shown(FILE *to, const char *text, const char *end)
{
	size_t left = strlen(text), at = 0, n;
	char line[LINE_SIZE];

	for (; left > 0; left -= n, text += n) {
		if (sizeof(line) - at < SHOW_MAX + 2) {
			fwrite(line, 1, at, to);
			at = 0;
		}
		n = show_next(text, left, line + at);
		at += strlen(line + at);
	}
	while (*end)
		line[at++] = *end++;
	fwrite(line, 1, at, to);
}

static void print_format(FILE *to, const char *end, const char *fmt, va_list ap)
{
	char text[TEXT_SIZE];

	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	print_shown(to, text, end);
}

void print_part(FILE *to, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_format(to, "", fmt, ap);
	va_end(ap);
}

void print_line(FILE *to, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_format(to, "\n", fmt, ap);
	va_end(ap);
}
