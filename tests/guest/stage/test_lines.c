/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "guest/stage/lines.c"
#include "guest/sys.c"

/* The lines of a file with the content @text, with '|' after each. */
static const char *lines_of(const char *text, size_t len)
{
	static char got[20000];
	struct lines l;
	char *line;
	size_t n = 0;

	file_write("file", text, len);
	assert_int_equal(lines_open(&l, "file"), 0);
	while ((line = lines_next(&l)))
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s|", line);
	/* After the end, each further call returns NULL, too. */
	assert_null(lines_next(&l));
	lines_close(&l);
	got[n] = '\0';
	return got;
}

static void test_ends(void **state)
{
	(void)state;
	assert_string_equal(lines_of("", 0), "");
	assert_string_equal(lines_of("\n", 1), "|");
	assert_string_equal(lines_of("a\n\nb c\n", 7), "a||b c|");
	assert_string_equal(lines_of("a\nb", 3), "a|b|");
	assert_string_equal(lines_of("a\0b\nc\n", 6), "a|c|");
}

/* Lines with each length around the size of the buffer and around twice that size: they are cut off, and the lines
 * before and after them are complete. */
static void test_long_lines(void **state)
{
	static char text[12000];
	struct lines l;
	size_t len, room = sizeof(l.text) - 1;

	(void)state;
	for (len = 1; len<10000; len += len> room - 4 && len < room + 4 ? 1 : len > 200 ? 97 : 13) {
		char *line;
		size_t at = (size_t)sprintf(text, "before\n");

		memset(text + at, 'x', len);
		at += len;
		at += (size_t)sprintf(text + at, "\nafter\n");
		file_write("file", text, at);
		assert_int_equal(lines_open(&l, "file"), 0);
		assert_string_equal(lines_next(&l), "before");
		line = lines_next(&l);
		assert_int_equal(strlen(line), len < room ? len : room);
		assert_int_equal(strspn(line, "x"), strlen(line));
		assert_string_equal(lines_next(&l), "after");
		assert_null(lines_next(&l));
		lines_close(&l);
		/* The same line as the last one, without a newline. */
		file_write("file", text, at - strlen("\nafter\n"));
		assert_int_equal(lines_open(&l, "file"), 0);
		(void)lines_next(&l);
		assert_int_equal(strlen(lines_next(&l)), len < room ? len : room);
		assert_null(lines_next(&l));
		lines_close(&l);
	}
}

static void test_no_file(void **state)
{
	struct lines l;

	(void)state;
	assert_int_equal(lines_open(&l, "none"), -2);
	assert_null(lines_next(&l));
	lines_close(&l);
	/* A folder can be opened, and has no lines. */
	assert_int_equal(lines_open(&l, "."), 0);
	assert_null(lines_next(&l));
	lines_close(&l);
}

static void test_words(void **state)
{
	char text[] = "\t one two\t\tthree ", empty[] = " \t", *rest = text;

	(void)state;
	assert_string_equal(lines_word(&rest), "one");
	assert_string_equal(lines_word(&rest), "two");
	assert_string_equal(lines_word(&rest), "three");
	assert_null(lines_word(&rest));
	assert_null(lines_word(&rest));
	rest = empty;
	assert_null(lines_word(&rest));
}

static void test_fields(void **state)
{
	char text[] = "a,,b,", *rest = text;

	(void)state;
	assert_string_equal(lines_field(&rest, ','), "a");
	assert_string_equal(lines_field(&rest, ','), "");
	assert_string_equal(lines_field(&rest, ','), "b");
	assert_string_equal(lines_field(&rest, ','), "");
	assert_null(lines_field(&rest, ','));
	assert_string_equal(lines_begins("abc", "ab"), "c");
	assert_string_equal(lines_begins("ab", ""), "ab");
	assert_null(lines_begins("ab", "abc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("lines: each is returned without its newline, and the last one may lack it",
			test_ends),
		TEST("lines: a line that is too long is cut off, and its neighbours are complete",
			test_long_lines),
		TEST("lines: a missing file has no lines", test_no_file),
		TEST("lines: words are separated by any number of blanks", test_words),
		TEST("lines: fields are separated by one character, and may be empty", test_fields),
	};

	return cmocka_run_group_tests(tests, temp_enter, temp_leave);
}
