/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is a document. The span that is found must be within the document, between quotes. json-c accepts more; it
 * must accept each document that is accepted here, and find the same value in it. A character of the input that is
 * accepted as UTF-8 must be the encoding of its code point.
 *
 * FUZZ_WITH: util/json.c util/utf8.c util/hex.c -ljson-c
 */
#include "tests/fuzz/referee.h"
#include "util/json.h"
#include "util/utf8.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define KEY "random_seed"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int find(const char *text, size_t len, struct json_span *ret)
{
	const struct json_span before = { SIZE_MAX, SIZE_MAX };
	int r;

	*ret = before;
	r = json_find_string(text, len, KEY, ret);
	assert(r == 0 || memcmp(ret, &before, sizeof(before)) == 0);
	return r;
}

static void check_span(const char *text, size_t len, const struct json_span *s)
{
	assert(s->at > 0 && s->at < len && s->len < len - s->at);
	assert(text[s->at - 1] == '"' && text[s->at + s->len] == '"');
}

/* @text has one more byte before and after it. White space in these bytes must not change the result, and a letter
 * must. */
static void check_around(char *text, size_t len, int r, struct json_span s)
{
	struct json_span t;

	text[len] = 'x';
	assert(find(text, len + 1, &t) == -EBADMSG);
	text[len] = '\n';
	assert(find(text, len + 1, &t) == r);
	text[-1] = ' ';
	assert(find(text - 1, len + 1, &t) == r);
	assert(r < 0 || (t.at == s.at + 1 && t.len == s.len));
	while (text[len - 1] != '}')
		len--;
	assert(find(text, len, &t) == r);
	assert(find(text, len - 1, &t) == -EBADMSG);
}

/* If other base64 of the same length replaces the value, it must be found at the same place: seed/mix relies on
 * that. */
static void check_replaced(char *text, size_t len, struct json_span s)
{
	struct json_span t;

	memset(text + s.at, '/', s.len);
	assert(find(text, len, &t) == 0 && t.at == s.at && t.len == s.len);
}

/* json-c ends a name at a NUL, so it would read another document. */
static bool has_nul(const char *text, size_t len)
{
	return memmem(text, len, "\\u0000", 6) != NULL;
}

static void check_referee(const char *text, size_t len, int r, struct json_span s)
{
	json_object *doc = referee(text, len, JSON_DEPTH_MAX + 1), *value = NULL;
	bool has;

	assert(json_object_is_type(doc, json_type_object));
	has = json_object_object_get_ex(doc, KEY, &value);
	assert(has == (r != -ENOENT));
	if (r == -EINVAL)
		assert(!json_object_is_type(value, json_type_string));
	if (r == 0 && !memchr(text + s.at, '\\', s.len))
		assert((size_t)json_object_get_string_len(value) == s.len &&
			memcmp(json_object_get_string(value), text + s.at, s.len) == 0);
	json_object_put(doc);
}

/* Encodes @c as RFC 3629, section 3, says. */
static size_t encode(uint32_t c, uint8_t raw[4])
{
	const size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	size_t i;

	for (i = n; i-- > 1; c >>= 6)
		raw[i] = (uint8_t)(0x80 | (c & 0x3f));
	raw[0] = (uint8_t)(n == 1 ? c : (0xf00u >> n & 0xff) | c);
	return n;
}

static void check_character(const uint8_t *text, size_t len)
{
	const size_t n = utf8_length(text, len), shown = utf8_showable(text, len);
	uint8_t raw[4];
	uint32_t c;

	assert(n <= len && n <= sizeof(raw));
	if (n == 0) {
		assert(shown == 0);
		return;
	}
	c = utf8_decode(text, n);
	assert(c <= 0x10ffff && (c < 0xd800 || c > 0xdfff));
	assert(encode(c, raw) == n && memcmp(raw, text, n) == 0);
	assert(shown == (c < 0x20 || (c >= 0x7f && c < 0xa0) ? 0 : n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_span s;
	char *copy, *text;
	int r = find((const char *)data, size, &s);
	size_t i;

	for (i = 0; i < size; i++)
		check_character(data + i, size - i);
	if (r == -EBADMSG || r == -ELOOP)
		return 0;
	assert(r == 0 || r == -ENOENT || r == -EEXIST || r == -EINVAL);
	copy = malloc(size + 2);
	assert(copy);
	text = copy + 1;
	memcpy(text, data, size);
	if (r == 0)
		check_span(text, size, &s);
	if (!has_nul(text, size))
		check_referee(text, size, r, s);
	check_around(text, size, r, s);
	if (r == 0)
		check_replaced(text, size, s);
	free(copy);
	return 0;
}
