/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "iso/converters.h"

#include <errno.h>

/* iconv_close(), called by a pointer, because the compiler warns about a direct second call. */
static int (*const close_it)(iconv_t) = __wrap_iconv_close;

/* Converts "a" with @c into @out, which has 16 bytes. Returns the length of the result. */
static size_t convert(iconv_t c, char *out)
{
	char text[] = "a", *in = text, *to = out;
	size_t in_left = 1, left = 16;

	assert_int_equal(iconv(c, &in, &in_left, &to, &left), 0);
	return 16 - left;
}

/* A converter to UTF-16 writes a byte order mark once. After it was reset for reuse, it must write the mark again. */
static void test_as_new(void **state)
{
	char first[16], again[16];
	iconv_t c = iconv_open("UTF-16", "UTF-8"), d;

	(void)state;
	assert_true(c != (iconv_t)-1);
	assert_int_equal(convert(c, first), 4);
	assert_int_equal(convert(c, again), 2);
	assert_int_equal(iconv_close(c), 0);
	d = iconv_open("UTF-16", "UTF-8");
	assert_true(d == c);
	assert_int_equal(convert(d, again), 4);
	assert_memory_equal(first, again, 4);
	assert_int_equal(close_it(d), 0);
	/* Closing it twice is an error. */
	assert_int_equal(close_it(d), -1);
	assert_int_equal(errno, EBADF);
}

static void test_never_shared(void **state)
{
	iconv_t all[40];
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(all); i++) {
		all[i] = iconv_open("UCS-2BE", "UTF-8");
		assert_true(all[i] != (iconv_t)-1);
		for (j = 0; j < i; j++)
			assert_true(all[i] != all[j]);
	}
	for (i = 0; i < COUNT(all); i++)
		assert_int_equal(iconv_close(all[i]), 0);
}

static void test_others(void **state)
{
	char out[16];
	iconv_t c;

	(void)state;
	assert_true(iconv_open("no such set", "UTF-8") == (iconv_t)-1);
	assert_int_equal(errno, EINVAL);
	assert_true(iconv_open("no such set of characters as this", "UTF-8") == (iconv_t)-1);
	/* The opposite direction is a different converter. */
	c = iconv_open("UTF-8", "UCS-2BE");
	assert_true(c != (iconv_t)-1);
	assert_int_equal(iconv_close(c), 0);
	c = iconv_open("UCS-2BE", "UTF-8");
	assert_int_equal(convert(c, out), 2);
	assert_memory_equal(out, "\0a", 2);
	assert_int_equal(iconv_close(c), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("converters: a reused converter is reset to its initial state", test_as_new),
		TEST("converters: no two callers have the same converter, with any number of them open",
			test_never_shared),
		TEST("converters: an unknown character set gives iconv_open's error, and each direction is a converter of its own",
			test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
