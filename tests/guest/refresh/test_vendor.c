/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests that our record is found in Nova's vendor_data2.json, and that a record for another machine is not accepted. */
#include "tests/lib/unit.h"

#include <errno.h>
#include <sodium.h>

#include "guest/base64.c"
#include "guest/decide.c"
#include "guest/refresh/fresh.c"
#include "guest/refresh/vendor.c"
#include "guest/text.c"

#define ID "00112233445566778899aabbccddeeff"

static struct vendor vendor;

/* Searches a copy in a buffer of just its size, so that a sanitizer finds a read beyond its end. */
static int find(const char *text, unsigned nth)
{
	const size_t len = strlen(text);
	char *copy = malloc(len ? len : 1);
	int r;

	assert_non_null(copy);
	memcpy(copy, text, len);
	memset(&vendor, 0x5a, sizeof(vendor));
	r = vendor_find(copy, len, nth, &vendor);
	free(copy);
	return r;
}

static void found(void **state)
{
	static const char *const texts[] = {
		"{\"seedrive_record\": \"AAEC/w==\", \"seed_id\": \"" ID "\"}",
		"{\"static\": {}, \"seedrive\": {\"seed_id\": \"" ID
		"\", \"seedrive_record\": \"AAEC/w==\"}}",
		"{\"cloud-init\": {\"vendor_data\": \"#cloud-config\\n\", \"seedrive_record\": \"AAEC\\/w==\", "
		"\"seed_id\": \"00112233445566778899AABBCCDDEEFF\"}, \"x\": [1, null]}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		const int r = find(texts[i], 0);

		if (r < 0)
			fail_msg("%d: %s", r, texts[i]);
		assert_int_equal(vendor.len, 4);
		assert_memory_equal(vendor.raw, "\x00\x01\x02\xff", 4);
		assert_memory_equal(vendor.id,
			"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16);
		assert_int_equal(find(texts[i], 1), -ENOENT);
	}
}

static void nothing(void **state)
{
	(void)state;
	assert_int_equal(find("{}", 0), -ENOENT);
	assert_int_equal(find("{\"seedrive\": {}}", 0), -ENOENT);
	assert_int_equal(
		find("{\"seedrive\": null, \"static\": {\"seed_id\": \"1\"}}", 0), -ENOENT);
}

static void refused(void **state)
{
	static const struct {
		const char *text;
		int err;
	} rows[] = {
		{ "", -EBADMSG },
		{ "<html>", -EBADMSG },
		{ "[]", -EBADMSG },
		{ "{\"x\": {\"seedrive_record\": \"AAEC\", \"seed_id\": \"" ID "\"}", -EBADMSG },
		{ "{\"seedrive_record\": \"AAEC\"}", -EINVAL },
		{ "{\"seedrive_record\": \"AAEC\", \"seed_id\": 7}", -EINVAL },
		{ "{\"seedrive_record\": \"AAE\", \"seed_id\": \"" ID "\"}", -EILSEQ },
		{ "{\"seedrive_record\": \"AAEC AAEC\", \"seed_id\": \"" ID "\"}", -EILSEQ },
		{ "{\"seedrive_record\": \"AAEC\", \"seed_id\": \"" ID "0\"}", -EILSEQ },
		{ "{\"seedrive_record\": \"AAEC\", \"seed_id\": \"0011\"}", -EILSEQ },
		{ "{\"seedrive_record\": \"AAEC\", \"seed_id\": \"0x112233445566778899aabbccddeeff\"}",
			-EILSEQ },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		const int r = find(rows[i].text, 0);

		if (r != rows[i].err)
			fail_msg("%d, not %d: %s", r, rows[i].err, rows[i].text);
	}
}

/* RECORD_SIZE_MAX bytes are accepted, and three bytes more are not; libsodium decodes the same bytes. */
static void size(void **state)
{
	static uint8_t raw[RECORD_SIZE_MAX + 3];
	static char base64[2 * sizeof(raw)], text[3 * sizeof(raw)];
	uint64_t rng = 3;

	(void)state;
	random_fill(&rng, raw, sizeof(raw));
	sodium_bin2base64(
		base64, sizeof(base64), raw, RECORD_SIZE_MAX, sodium_base64_VARIANT_ORIGINAL);
	snprintf(text, sizeof(text), "{\"seedrive_record\": \"%s\", \"seed_id\": \"" ID "\"}",
		base64);
	assert_int_equal(find(text, 0), 0);
	assert_int_equal(vendor.len, RECORD_SIZE_MAX);
	assert_memory_equal(vendor.raw, raw, RECORD_SIZE_MAX);
	sodium_bin2base64(base64, sizeof(base64), raw, sizeof(raw), sodium_base64_VARIANT_ORIGINAL);
	snprintf(text, sizeof(text), "{\"seedrive_record\": \"%s\", \"seed_id\": \"" ID "\"}",
		base64);
	assert_int_equal(find(text, 0), -E2BIG);
}

static void deep(void **state)
{
	char text[400] = "";
	int i;

	(void)state;
	for (i = 0; i < 65; i++)
		strcat(text, "{\"x\":");
	assert_int_equal(find(text, 0), -ELOOP);
}

static void fresh(void **state)
{
	struct record rec = {
		.seed_id = { 1 }, .issued_at = 1000, .ttl = 100, .uuid = { 1, 2, 3, 4 }
	};
	struct situation here = { .has_uuid = true, .uuid = { 1, 2, 3, 4 }, .now = 1050 };
	const uint8_t id[RECORD_ID_SIZE] = { 1 }, other[RECORD_ID_SIZE] = { 2 };

	(void)state;
	assert_null(fresh_why_not(&rec, id, &here));
	assert_string_equal(fresh_why_not(&rec, other, &here), "not the one that seed_id names");
	here.now = 1099;
	assert_null(fresh_why_not(&rec, id, &here));
	here.now = 1100;
	assert_string_equal(fresh_why_not(&rec, id, &here), "expired");
	rec.ttl = 0;
	assert_null(fresh_why_not(&rec, id, &here));
	/* The clock of a restored machine may be behind the time of issue, so that is no reason to refuse a record. */
	rec.ttl = 100;
	here.now = 5;
	assert_null(fresh_why_not(&rec, id, &here));
	memcpy(here.uuid, "\4\3\2\1", 4);
	assert_null(fresh_why_not(&rec, id, &here));
	here.uuid[0] = 9;
	assert_string_equal(fresh_why_not(&rec, id, &here), "for another machine");
	here.has_uuid = false;
	assert_null(fresh_why_not(&rec, id, &here));
	here.has_uuid = true;
	memset(rec.uuid, 0, sizeof(rec.uuid));
	assert_null(fresh_why_not(&rec, id, &here));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("vendor: a record is found under any name that the operator gave it", found),
		TEST("vendor: in an answer without a record none is found", nothing),
		TEST("vendor: anything but one record and its id is refused", refused),
		TEST("vendor: the largest record is accepted, and nothing larger", size),
		TEST("vendor: an answer nested deeper than 64 levels is refused", deep),
		TEST("vendor: a record that is for another machine, expired, or has another id is refused",
			fresh),
	};

	return cmocka_run_group_tests_name("vendor", tests, NULL, NULL);
}
