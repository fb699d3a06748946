/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FUZZ_REFEREE_H
#define TESTS_FUZZ_REFEREE_H

#include <assert.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

/**
 * referee_parse - parse a document with json-c
 * @text, @len: the document; need not be terminated
 * @flags:      JSON_TOKENER_*
 * @depth:      how many levels json-c accepts
 *
 * Returns: the value, which the caller releases with json_object_put(); NULL when json-c refuses the document.
 */
static inline json_object *referee_parse(const char *text, size_t len, int flags, int depth)
{
	json_tokener *tok = json_tokener_new_ex(depth);
	json_object *o;

	assert(tok);
	json_tokener_set_flags(tok, flags);
	o = json_tokener_parse_ex(tok, text, (int)len);
	if (json_tokener_get_error(tok) != json_tokener_success) {
		json_object_put(o);
		o = NULL;
	}
	json_tokener_free(tok);
	return o;
}

#define REFEREE_DIGITS 18 /* this many digits always fit into 64 bits */

/* Copies @text without the parts that confuse the strict mode of json-c 0.18. The copy is valid if and only if @text is. */
static inline size_t referee_plain(char *plain, const char *text, size_t len)
{
	size_t i, n = 0, digits = 0;

	for (i = 0; i < len; i++) {
		digits = text[i] >= '0' && text[i] <= '9' ? digits + 1 : 0;
		if (digits <= REFEREE_DIGITS)
			plain[n++] = (unsigned char)text[i] > 0x7f ? 'x' : text[i];
	}
	return n;
}

/**
 * referee - parse a document with json-c in its strictest mode
 * @text, @len: the document; need not be terminated
 * @depth:      how many levels json-c accepts
 *
 * The strict mode of json-c 0.18 refuses two things that RFC 8259 allows: each byte above 0x7f, because it compares
 * a signed char with 0x1f, and integers that do not fit into 64 bits. Therefore the strict mode reads a copy with
 * an x for each of these bytes and at most 18 digits in a row; values and UTF-8 are read in the document as it is.
 *
 * Returns: the value of the document itself, which the caller releases with json_object_put(); NULL if json-c refuses
 * the document or the copy.
 */
static inline json_object *referee(const char *text, size_t len, int depth)
{
	char *plain = malloc(len ? len : 1);
	json_object *strict;

	assert(plain);
	strict = referee_parse(plain, referee_plain(plain, text, len), JSON_TOKENER_STRICT, depth);
	free(plain);
	if (!strict)
		return NULL;
	json_object_put(strict);
	return referee_parse(text, len, JSON_TOKENER_VALIDATE_UTF8, depth);
}

#endif
