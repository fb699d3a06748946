/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "iso/converters.h"

#include <errno.h>
#include <string.h>
#include <wchar.h>

/* iconv_close() is called through a pointer, because the compiler warns about a direct second call. */
static int (*const close_it)(iconv_t) = __wrap_iconv_close;

struct text {
	char bytes[64];
	size_t len;
	int err;      /* of the last call, or 0 */
	size_t calls; /* after an error, one more call converts the rest, as in libisofs */
	size_t in_left[8];
};

/* Converts @len bytes of @text as libisofs does: after an error, it leaves out one unit of @unit bytes and
 * continues. */
static void convert(
	iconv_t c, const char *text, size_t len, size_t unit, size_t room, struct text *ret)
{
	char copy[64], *in = copy, *out = ret->bytes;

	memset(ret, 0, sizeof(*ret));
	memcpy(copy, text, len);
	while (len > 0 && ret->calls < COUNT(ret->in_left)) {
		errno = 0;
		ret->err = iconv(c, &in, &len, &out, &room) == (size_t)-1 ? errno : 0;
		ret->in_left[ret->calls++] = len;
		if (ret->err != EILSEQ)
			break;
		in += unit < len ? unit : len;
		len -= unit < len ? unit : len;
	}
	ret->len = (size_t)(out - ret->bytes);
}

/* Has our converter the same results as the C library's, with each size of the target buffer? */
static void same(const char *to, const char *from, const char *text, size_t len)
{
	const size_t unit = strcmp(from, "WCHAR_T") == 0 ? sizeof(wchar_t) : 1;
	iconv_t ours = iconv_open(to, from), its = __real_iconv_open(to, from);
	struct text a, b;
	size_t room;

	assert_true(ours != (iconv_t)-1 && its != (iconv_t)-1 && ours != its);
	for (room = 0; room <= sizeof(a.bytes); room++) {
		convert(ours, text, len, unit, room, &a);
		__real_iconv(its, NULL, NULL, NULL, NULL);
		convert(its, text, len, unit, room, &b);
		assert_memory_equal(&a, &b, sizeof(a));
	}
	assert_int_equal(iconv_close(ours), 0);
	assert_int_equal(__real_iconv_close(its), 0);
}

static const char *const sets[] = { "WCHAR_T", "ASCII", "UCS-2BE", "UTF-16BE" };

static void test_bytes(void **state)
{
	const char *const texts[] = { "", "a", "a name.txt", "\1\x7f", "n\xc3\xa4me",
		"\xe6\xbc\xa2\xe5\xad\x97", "\xef\xbb\xbf_", "\xef\xbf\xbf", "\xf0\x9d\x84\x9e",
		"x\xf4\x8f\xbf\xbd", "\xf3\xa0\x80\x81z",
		/* malformed: surrogate, overlong, too large, cut off, no first byte */
		"a\xed\xa0\x80z", "a\xc0\xafz", "a\xf4\x90\x80\x80z", "a\xc3", "a\xe6\xbc",
		"a\x80\xffz" };
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(texts); i++)
		for (j = 0; j < COUNT(sets); j++) {
			same(sets[j], "UTF-8", texts[i], strlen(texts[i]));
			if (strcmp(sets[j], "ASCII") != 0)
				same(sets[j], "ASCII", texts[i], strlen(texts[i]));
		}
}

static void test_wide(void **state)
{
	const wchar_t texts[][4] = { { 'a', 'b', 'c', 'd' }, { 'a', 0xe4, 0x6f22, 'z' },
		{ 0x1d11e, 'a', 0x10ffff, 'z' }, { 0xd800, 'a', 0xdfff, 'z' },
		{ 0x110000, 'a', -1, 'z' }, { 0xe0041, 'a', 0xfffe, 0xffff } };
	size_t i, j, len;

	(void)state;
	for (i = 0; i < COUNT(texts); i++)
		for (j = 1; j < COUNT(sets); j++)
			for (len = 0; len <= sizeof(texts[i]); len++)
				same(sets[j], "WCHAR_T", (const char *)texts[i], len);
}

static void test_never_shared(void **state)
{
	iconv_t all[40], c;
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(all); i++) {
		all[i] = iconv_open("UCS-2BE", "UTF-8");
		assert_true(all[i] != (iconv_t)-1);
		for (j = 0; j < i; j++)
			assert_true(all[i] != all[j]);
	}
	c = all[0];
	for (i = 0; i < COUNT(all); i++)
		assert_int_equal(iconv_close(all[i]), 0);
	assert_ptr_equal(iconv_open("UCS-2BE", "UTF-8"), c);
	assert_int_equal(close_it(c), 0);
	/* Closing it twice is an error. */
	assert_int_equal(close_it(c), -1);
	assert_int_equal(errno, EBADF);
}

/* A converter to UTF-16 writes a byte order mark. */
static void test_others(void **state)
{
	struct text out;
	iconv_t c;

	(void)state;
	assert_true(iconv_open("no such set", "UTF-8") == (iconv_t)-1);
	assert_int_equal(errno, EINVAL);
	c = iconv_open("UTF-16", "UTF-8");
	assert_true(c != (iconv_t)-1);
	convert(c, "a", 1, 1, sizeof(out.bytes), &out);
	assert_int_equal(out.len, 4);
	assert_int_equal(iconv_close(c), 0);
	c = iconv_open("UTF-8", "UCS-2BE");
	assert_true(c != (iconv_t)-1);
	convert(c, "\0a", 2, 2, sizeof(out.bytes), &out);
	assert_int_equal(out.len, 1);
	assert_memory_equal(out.bytes, "a", 1);
	assert_int_equal(iconv_close(c), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("converters: from UTF-8 and ASCII: the C library's bytes and errors, whatever is malformed or lacks room",
			test_bytes),
		TEST("converters: from wide characters: the C library's bytes and errors",
			test_wide),
		TEST("converters: no two callers have the same converter, and none is closed twice",
			test_never_shared),
		TEST("converters: all other character sets are the C library's", test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
