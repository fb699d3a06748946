/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/json_print.h"
#include "util/show.h"
#include "util/utf8.h"

#include <string.h>

/* Prints the first character of @text, which json-c leaves as it is but which must not be shown: as a JSON escape,
 * which keeps its meaning. A byte that is not UTF-8 becomes the four characters \xNN. Returns: the number of bytes that
 * it has printed. */
static size_t print_rare(const char *text, size_t len, FILE *to)
{
	const size_t n = utf8_length((const uint8_t *)text, len);

	if (n == 0) {
		fprintf(to, "\\\\x%02x", (unsigned char)*text);
		return 1;
	}
	fprintf(to, "\\u%04x", (unsigned)utf8_decode((const uint8_t *)text, n));
	return n;
}

/* json-c escapes control characters in strings, so those that are left are its own newlines between tokens. */
static size_t print_next(const char *text, size_t len, FILE *to)
{
	const size_t n = (unsigned char)*text < ' ' ? 1 : show_length(text, len);

	if (n == 0)
		return print_rare(text, len, to);
	fwrite(text, 1, n, to);
	return n;
}

void json_print(json_object *object, FILE *to)
{
	const char *text = json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	size_t left = strlen(text), n;

	for (; left > 0; left -= n, text += n)
		n = print_next(text, left, to);
	fputc('\n', to);
	json_object_put(object);
}
