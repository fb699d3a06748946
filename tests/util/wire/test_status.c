/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include <errno.h>

#include "util/wire/status.h"

static void requests(void **state)
{
	uint8_t raw[STATUS_REQUEST_SIZE + 1] = { 0 };

	(void)state;
	status_request_encode(raw);
	assert_true(status_is_request(raw, STATUS_REQUEST_SIZE));
	assert_false(status_is_request(raw, STATUS_REQUEST_SIZE - 1));
	assert_false(status_is_request(raw, STATUS_REQUEST_SIZE + 1));
	raw[4]++;
	assert_false(status_is_request(raw, STATUS_REQUEST_SIZE));
}

static void written(void **state)
{
	char out[STATUS_MAX];
	struct status_writer w;
	size_t len;
	static const char want[] = "status version=1\na n=18446744073709551615 t=\"x y??z?\"\nb\n";

	(void)state;
	status_begin(&w, out, sizeof(out));
	status_line(&w, "a");
	status_number(&w, "n", UINT64_MAX);
	status_text(&w, "t", "x y\n\"z\\");
	status_line(&w, "b");
	len = status_end(&w);
	assert_int_equal(len, strlen(want));
	assert_memory_equal(out, want, len);
}

static void read_back(void **state)
{
	char out[STATUS_MAX], word[STATUS_WORD_MAX];
	struct status_writer w;
	struct status_field f;
	const char *p = out, *end;

	(void)state;
	status_begin(&w, out, sizeof(out));
	status_line(&w, "client");
	status_text(&w, "name", "");
	status_number(&w, "bytes", 7);
	end = out + status_end(&w);
	assert_int_equal(status_read_word(&p, end, word), 1);
	assert_string_equal(word, "status");
	assert_int_equal(status_read_field(&p, end, &f), 1);
	assert_true(!f.is_text && f.number == 1);
	assert_int_equal(status_read_field(&p, end, &f), 0);
	assert_int_equal(status_read_word(&p, end, word), 1);
	assert_int_equal(status_read_field(&p, end, &f), 1);
	assert_true(f.is_text);
	assert_string_equal(f.name, "name");
	assert_string_equal(f.text, "");
	assert_int_equal(status_read_field(&p, end, &f), 1);
	assert_true(!f.is_text && f.number == 7);
	assert_int_equal(status_read_field(&p, end, &f), 0);
	assert_int_equal(status_read_word(&p, end, word), 0);
}

static void no_room(void **state)
{
	char out[4096], long_text[1000];
	struct status_writer w;
	size_t i, len;

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	memset(out, 7, sizeof(out));
	status_begin(&w, out, sizeof(out));
	for (i = 0; i < 100; i++) {
		status_line(&w, "line");
		status_text(&w, "text", long_text);
		status_text(&w, "again", long_text);
	}
	len = status_end(&w);
	assert_in_range(len, 1, sizeof(out));
	assert_memory_equal(out + len - strlen("more lines=97\n"), "more lines=97\n", 14);
}

static void refused(void **state)
{
	static const char *const bad[] = { "w", "w x", "w x=", "w x=1", "w x=\"a\n", "w x=\"a",
		"w x=1y\n", "w  x=1\n", "w =1\n", "w x=18446744073709551616\n", "w x=-1\n",
		"W x=1\n", "w x=\"\x1b\"\n", "w\tx=1\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa x=1\n" };
	struct status_field f;
	char word[STATUS_WORD_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		const char *p = bad[i], *end = p + strlen(p);
		int r = status_read_word(&p, end, word);

		while (r > 0)
			r = status_read_field(&p, end, &f);
		if (r != -EBADMSG)
			fail_msg("taken: %s", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("status: every byte of a request is checked", requests),
		TEST("status: a text with any bytes is one field", written),
		TEST("status: what is written can be read", read_back),
		TEST("status: lines that do not fit are left out and counted", no_room),
		TEST("status: anything else is refused", refused),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
