/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/show.h"
#include "util/utf8.h"
#include "tests/lib/unit.h"

static void texts(void **state)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{ "", "" },
		{ "a name with blanks.iso", "a name with blanks.iso" },
		{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "a\nb\tc\r", "a\\x0ab\\x09c\\x0d" },
		{ "\33[31m\7\x7f", "\\x1b[31m\\x07\\x7f" },
		{ "\xff\xfe", "\\xff\\xfe" },
		/* The control character CSI, in UTF-8 and as one byte, as in Latin-1. */
		{ "\xc2\x9b"
		  "31m\x9b",
			"\\xc2\\x9b"
			"31m\\x9b" },
		/* A character that is cut off, an overlong form, a surrogate. */
		{ "\xe2\x82", "\\xe2\\x82" },
		{ "\xc0\xaf", "\\xc0\\xaf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		/* U+202E, U+2028, U+2069, U+061C and U+200F are escaped, but not the characters U+202F and U+2065,
		 * which are next to some of them. */
		{ "\xe2\x80\xae", "\\xe2\\x80\\xae" },
		{ "\xe2\x80\xa8", "\\xe2\\x80\\xa8" },
		{ "\xe2\x81\xa9", "\\xe2\\x81\\xa9" },
		{ "\xd8\x9c", "\\xd8\\x9c" },
		{ "\xe2\x80\x8f", "\\xe2\\x80\\x8f" },
		{ "\xe2\x80\xaf\xe2\x81\xa5", "\xe2\x80\xaf\xe2\x81\xa5" },
		/* Text that is already escaped does not change. */
		{ "\\x1b[31m\\", "\\x1b[31m\\" },
	};
	char out[256];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		assert_string_equal(show_text(out, sizeof(out), cases[i].text), cases[i].shown);
}

/* For any bytes, the result is UTF-8 without control characters, and has the length that was returned. */
static void noise(void **state)
{
	uint64_t random = 1;
	char text[64], out[4 * sizeof(text)], again[4 * sizeof(text)];
	int round;

	(void)state;
	for (round = 0; round < 100000; round++) {
		const size_t len = random_below(&random, sizeof(text));
		size_t at, n;

		random_fill(&random, text, len);
		text[len] = '\0';
		show_text(out, sizeof(out), text);
		for (at = 0; out[at]; at += n) {
			n = utf8_showable((uint8_t *)out + at, strlen(out + at));
			assert_in_range(n, 1, 4);
		}
		assert_string_equal(show_text(again, sizeof(again), out), out);
	}
}

static void room(void **state)
{
	char out[8];

	(void)state;
	assert_string_equal(show_text(out, 1, "abc"), "");
	assert_string_equal(show_text(out, 3, "abc"), "ab");
	assert_string_equal(show_text(out, 5, "a\nc"), "a");
	assert_string_equal(show_text(out, 6, "a\nc"), "a\\x0a");
	assert_string_equal(show_text(out, 3, "a\xc3\xa9"), "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("show: printable text is unchanged, and every other byte becomes \\xNN",
			texts),
		TEST("show: any bytes give printable UTF-8", noise),
		TEST("show: text that does not fit is cut between two characters", room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
