/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is a vendor_data2.json. A result must be within the document, must not depend on where the document is in
 * memory, and must equal what json-c and libsodium find; a record in the document must be found.
 *
 * FUZZ_WITH: guest/refresh/vendor.c guest/base64.c guest/text.c util/json.c util/utf8.c util/hex.c -ljson-c -lsodium
 */
#include "guest/refresh/vendor.h"
#include "tests/fuzz/referee.h"
#include "util/json.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>

#define RECORD "seedrive_record"
#define ID     "seed_id"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_string(json_object *o, const char *key, const char **ret)
{
	json_object *value;

	if (!json_object_object_get_ex(o, key, &value) ||
		!json_object_is_type(value, json_type_string))
		return false;
	*ret = json_object_get_string(value);
	return true;
}

/* Does the result come from this object? */
static bool is_of(json_object *o, const struct vendor *found)
{
	static uint8_t raw[RECORD_SIZE_MAX];
	const char *record, *id;
	uint8_t number[RECORD_ID_SIZE];
	size_t len;

	if (!json_object_is_type(o, json_type_object) || !is_string(o, RECORD, &record) ||
		!is_string(o, ID, &id))
		return false;
	return sodium_base642bin(raw, sizeof(raw), record, strlen(record), NULL, &len, NULL,
		       sodium_base64_VARIANT_ORIGINAL) == 0 &&
		len == found->len && memcmp(raw, found->raw, len) == 0 &&
		sodium_hex2bin(number, sizeof(number), id, strlen(id), NULL, &len, NULL) == 0 &&
		len == sizeof(number) && memcmp(number, found->id, len) == 0;
}

static unsigned count(const char *text, size_t len, const char *word)
{
	const char *at = text;
	unsigned n = 0;

	while ((at = memmem(at, len - (size_t)(at - text), word, strlen(word)))) {
		at++;
		n++;
	}
	return n;
}

/* json-c ends a name at a NUL, so a document that may have one is not compared. */
static bool is_askable(const char *text, size_t len)
{
	return !memmem(text, len, "\\u", 2) && !memchr(text, '\0', len) &&
		count(text, len, "\"" RECORD "\"") <= 1 && count(text, len, "\"" ID "\"") <= 1;
}

/* json-c keeps the last of two members with the same name, and the parser may have found the first. So the result must
 * be at its place in what json-c has kept, unless json-c has kept the one record's name nowhere, at any depth. */
static void check_found(const char *text, size_t len, const struct vendor *found)
{
	json_object *doc = referee(text, len, JSON_DEPTH_MAX + 1);
	bool is = is_of(doc, found);

	assert(json_object_is_type(doc, json_type_object));
	json_object_object_foreach(doc, key, value)
	{
		(void)key;
		is = is || is_of(value, found);
	}
	assert(is || !strstr(json_object_to_json_string(doc), "\"" RECORD "\""));
	json_object_put(doc);
}

static int find(const char *text, size_t len, unsigned nth, struct vendor *ret)
{
	char *copy = malloc(len ? len : 1);
	int r;

	assert(copy);
	memcpy(copy, text, len);
	memset(ret, 0, sizeof(*ret));
	r = vendor_find(copy, len, nth, ret);
	free(copy);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct vendor found, again;
	const char *text = (const char *)data;
	unsigned nth;
	int r;

	for (nth = 0; nth < 3; nth++) {
		r = find(text, size, nth, &found);
		assert(r <= 0 && found.len <= RECORD_SIZE_MAX);
		if (r == -EBADMSG || r == -ELOOP || r == -ENOENT)
			break;
		assert(r == 0 || r == -EINVAL || r == -EILSEQ || r == -E2BIG);
		/* Result @nth needs more than @nth occurrences of the record's name in the document, unless the
		 * document has an escape. */
		assert(memchr(text, '\\', size) || count(text, size, "\"" RECORD "\"") > nth);
		if (r == 0 && is_askable(text, size))
			check_found(text, size, &found);
	}
	/* After the last result, no other one is found. */
	if (r == -ENOENT)
		assert(find(text, size, nth + 1, &again) == -ENOENT);
	return 0;
}
