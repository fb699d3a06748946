/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "util/hex.h"

#include <errno.h>

static const char text[] = "01234567-89ab-cdef-0f1e-2d3c4b5a6978";
static const uint8_t raw[UUID_SIZE] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x0f, 0x1e,
	0x2d, 0x3c, 0x4b, 0x5a, 0x69, 0x78 };

static void assert_refused(const char *words, size_t len)
{
	uint8_t uuid[UUID_SIZE];
	char *copy = malloc(len ? len : 1);
	size_t i;

	assert_non_null(copy);
	memcpy(copy, words, len);
	memset(uuid, 0xa5, sizeof(uuid));
	if (uuid_parse(copy, len, uuid) != -EINVAL)
		fail_msg("taken: %.*s", (int)len, words);
	for (i = 0; i < sizeof(uuid); i++)
		assert_int_equal(uuid[i], 0xa5);
	free(copy);
}

static void test_encode(void **state)
{
	uint8_t all[256];
	char out[514], byte[3];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	out[513] = 'x';
	hex_encode(all, sizeof(all), out);
	for (i = 0; i < sizeof(all); i++) {
		snprintf(byte, sizeof(byte), "%02x", (unsigned)i);
		assert_memory_equal(out + 2 * i, byte, 2);
	}
	assert_int_equal(out[512], '\0');
	assert_int_equal(out[513], 'x');
	hex_encode(all, 0, out);
	assert_string_equal(out, "");
}

static void test_digit(void **state)
{
	static const char digits[] = "0123456789abcdef", capitals[] = "0123456789ABCDEF";
	int c;

	(void)state;
	for (c = -300; c < 300; c++) {
		const char *at = c > 0 ? strchr(digits, c) : NULL;

		if (c > 0 && c < 128 && !at && strchr(capitals, c))
			assert_int_equal(hex_digit(c), strchr(capitals, c) - capitals);
		else
			assert_int_equal(hex_digit(c), c < 128 && at ? at - digits : -1);
	}
}

static void test_parse(void **state)
{
	char capitals[] = "01234567-89AB-CDEF-0F1E-2D3C4B5A6978";
	uint8_t uuid[UUID_SIZE];

	(void)state;
	assert_int_equal(uuid_parse(text, UUID_STRLEN, uuid), 0);
	assert_memory_equal(uuid, raw, sizeof(raw));
	memset(uuid, 0, sizeof(uuid));
	assert_int_equal(uuid_parse(capitals, UUID_STRLEN, uuid), 0);
	assert_memory_equal(uuid, raw, sizeof(raw));
}

static void test_round_trip(void **state)
{
	uint8_t in[UUID_SIZE], out[UUID_SIZE];
	char words[UUID_STRLEN + 1];
	uint64_t rng = 1;
	int i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		random_fill(&rng, in, sizeof(in));
		uuid_format(in, words);
		assert_int_equal(strlen(words), UUID_STRLEN);
		assert_int_equal(uuid_parse(words, UUID_STRLEN, out), 0);
		assert_memory_equal(in, out, sizeof(in));
	}
	uuid_format(raw, words);
	assert_string_equal(words, text);
}

static void test_every_character(void **state)
{
	char words[sizeof(text)];
	size_t i;
	int c;

	(void)state;
	for (i = 0; i < UUID_STRLEN; i++) {
		for (c = 0; c < 256; c++) {
			const bool dash = text[i] == '-';
			uint8_t uuid[UUID_SIZE];

			memcpy(words, text, sizeof(text));
			words[i] = (char)c;
			if (dash ? c == '-' : hex_digit(c) >= 0)
				assert_int_equal(uuid_parse(words, UUID_STRLEN, uuid), 0);
			else
				assert_refused(words, UUID_STRLEN);
		}
	}
}

static void test_lengths(void **state)
{
	static const char longer[] = "01234567-89ab-cdef-0f1e-2d3c4b5a697800 ";
	static const char *const row[] = { "0123456789abcdef0f1e2d3c4b5a6978",
		"{01234567-89ab-cdef-0f1e-2d3c4b5a6978}", " 01234567-89ab-cdef-0f1e-2d3c4b5a697",
		"0123456-789ab-cdef-0f1e-2d3c4b5a6978", "01234567-89abc-def-0f1e-2d3c4b5a6978",
		"01234567-89ab-cdef-0f1e2-d3c4b5a6978", "urn:uuid:01234567-89ab-cdef-0f1e-2d3c" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(longer); i++)
		if (i != UUID_STRLEN)
			assert_refused(longer, i);
	for (i = 0; i < COUNT(row); i++)
		assert_refused(row[i], strlen(row[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("hex: each byte is two lower-case digits, and a zero ends them", test_encode),
		TEST("hex: a digit of either case has its value, anything else none", test_digit),
		TEST("uuid: the form of RFC 4122 is read in either case", test_parse),
		TEST("uuid: a formatted UUID is parsed back", test_round_trip),
		TEST("uuid: any other character in any place is refused, and nothing is written",
			test_every_character),
		TEST("uuid: any other length, form or place of the dashes is refused",
			test_lengths),
	};

	return cmocka_run_group_tests_name("hex", tests, NULL, NULL);
}
