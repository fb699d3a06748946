/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "util/utf8.h"

/* Encodes a code point by table 3-6 of the Unicode standard, without checking it. */
static size_t encode(uint32_t point, uint8_t out[4])
{
	if (point < 0x80) {
		out[0] = (uint8_t)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (uint8_t)(0xc0 | point >> 6);
		out[1] = (uint8_t)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (uint8_t)(0xe0 | point >> 12);
		out[1] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (point & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | point >> 18);
	out[1] = (uint8_t)(0x80 | (point >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (point & 0x3f));
	return 4;
}

/* A reference implementation: a character is well formed if decoding and encoding it gives the same bytes. */
static size_t naive_length(const uint8_t *text, size_t len)
{
	static const uint8_t mask[] = { 0x7f, 0x7f, 0x1f, 0x0f, 0x07 };
	const size_t n = text[0] < 0x80 ? 1 :
		text[0] < 0xc0          ? 0 :
		text[0] < 0xe0          ? 2 :
		text[0] < 0xf0          ? 3 :
		text[0] < 0xf8          ? 4 :
					  0;
	uint8_t again[4];
	uint32_t point;
	size_t i;

	if (n == 0 || n > len)
		return 0;
	point = text[0] & mask[n];
	for (i = 1; i < n; i++)
		point = point << 6 | (text[i] & 0x3f);
	if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	return encode(point, again) == n && memcmp(again, text, n) == 0 ? n : 0;
}

static void test_every_code_point(void **state)
{
	uint8_t text[5];
	uint32_t point;

	(void)state;
	for (point = 0; point < 0x120000; point++) {
		const size_t n = encode(point, text);
		const bool valid = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);

		assert_int_equal(utf8_length(text, n), valid ? n : 0);
		if (valid)
			assert_int_equal(utf8_decode(text, n), point);
		text[n] = 'x';
		assert_int_equal(utf8_length(text, n + 1), valid ? n : 0);
	}
}

static void test_three_bytes(void **state)
{
	uint8_t text[3];
	uint32_t i;

	(void)state;
	for (i = 0; i < 1u << 24; i++) {
		text[0] = (uint8_t)(i >> 16);
		text[1] = (uint8_t)(i >> 8);
		text[2] = (uint8_t)i;
		if (utf8_length(text, 3) != naive_length(text, 3))
			fail_msg("%06x", (unsigned)i);
	}
}

static void test_four_bytes(void **state)
{
	static const uint8_t edge[] = { 0x00, 0x22, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x9f, 0xa0, 0xbe,
		0xbf, 0xc0, 0xf0, 0xff };
	uint8_t text[4];
	unsigned first, second;
	size_t i, j;

	(void)state;
	for (first = 0; first < 256; first++) {
		for (second = 0; second < 256; second++) {
			for (i = 0; i < COUNT(edge); i++) {
				for (j = 0; j < COUNT(edge); j++) {
					text[0] = (uint8_t)first;
					text[1] = (uint8_t)second;
					text[2] = edge[i];
					text[3] = edge[j];
					assert_int_equal(
						utf8_length(text, 4), naive_length(text, 4));
				}
			}
		}
	}
}

/* Each text is in a buffer of just its length. */
static void test_cut_short(void **state)
{
	static const uint32_t points[] = { 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff };
	uint8_t text[4];
	size_t i, n, len;

	(void)state;
	for (i = 0; i < COUNT(points); i++) {
		n = encode(points[i], text);
		for (len = 1; len < n; len++) {
			uint8_t *copy = malloc(len);

			assert_non_null(copy);
			memcpy(copy, text, len);
			assert_int_equal(utf8_length(copy, len), 0);
			free(copy);
		}
	}
}

static void test_showable(void **state)
{
	uint8_t text[4];
	uint32_t point;

	(void)state;
	for (point = 0; point < 0x3000; point++) {
		const size_t n = encode(point, text);
		const bool control = point < 0x20 || (point >= 0x7f && point < 0xa0);

		assert_int_equal(utf8_showable(text, n), control ? 0 : n);
	}
	assert_int_equal(utf8_showable((const uint8_t *)"\xff", 1), 0);
	assert_int_equal(utf8_showable((const uint8_t *)"\xc3", 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("utf8: every code point has its length, surrogates and those above none",
			test_every_code_point),
		TEST("utf8: all sequences of three bytes are judged as by decoding and encoding again",
			test_three_bytes),
		TEST("utf8: sequences of four bytes likewise, at the edges of every range",
			test_four_bytes),
		TEST("utf8: a character that is cut short is malformed, and no byte after it is read",
			test_cut_short),
		TEST("utf8: control characters, of ASCII and beyond, are not shown, all others are",
			test_showable),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
