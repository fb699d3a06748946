/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/member.h"
#include "util/json.h"

#include <errno.h>

/* Returns the result for @text in pieces of @piece bytes; each piece is in a buffer of just its size, so that ASan
 * finds an overrun. */
static int find_pieces(const char *text, size_t len, size_t piece, const char **ret,
	size_t *ret_len, struct member *m)
{
	size_t at = 0;
	int r = 0;

	member_init(m, "instance-id");
	while (at < len && r == 0) {
		const size_t n = piece < len - at ? piece : len - at;
		uint8_t *copy = malloc(n);

		assert_non_null(copy);
		memcpy(copy, text + at, n);
		r = member_take(m, copy, n);
		free(copy);
		at += n;
	}
	return r < 0 ? r : member_end(m, ret, ret_len);
}

/* Checks that the result, for pieces of any size, is that of json_find_string(). */
static int find(const char *text, size_t len, char *out)
{
	struct json_span span;
	int want = json_find_string(text, len, "instance-id", &span), r = 0;
	const char *found;
	struct member m;
	size_t piece, n;

	if (want == 0 && span.len > MEMBER_TEXT_MAX)
		want = -EMSGSIZE;
	for (piece = 1; piece <= len + 1; piece++) {
		r = find_pieces(text, len, piece, &found, &n, &m);
		if (r != want)
			fail_msg("%.*s: %d, not %d, by %zu", (int)len, text, r, want, piece);
		if (r < 0)
			continue;
		assert_int_equal(n, span.len);
		assert_memory_equal(found, text + span.at, n);
		if (out)
			sprintf(out, "%.*s", (int)n, found);
	}
	return r;
}

static int find_text(const char *text, char *out)
{
	return find(text, strlen(text), out);
}

static void found(void **state)
{
	char out[MEMBER_TEXT_MAX + 1];

	(void)state;
	assert_int_equal(find_text("{\"instance-id\":\"abc\"}", out), 0);
	assert_string_equal(out, "abc");
	assert_int_equal(
		find_text(
			" {\t\"a\" : [1,-2.5E+3,{\"instance-id\":0}],\r\n\"instance-id\" : \"\" } ",
			out),
		0);
	assert_string_equal(out, "");
	assert_int_equal(
		find_text("{\"b\":{\"c\":[[],{}]},\"instance\\u002Did\":\"x\\u0041\\\"\xc3\xa4\"}",
			out),
		0);
	assert_string_equal(out, "x\\u0041\\\"\xc3\xa4");
	assert_int_equal(
		find_text("{\"a\":true,\"b\":false,\"c\":null,\"instance-id\":\"d\"}", out), 0);
	assert_string_equal(out, "d");
}

static void not_found(void **state)
{
	(void)state;
	assert_int_equal(find_text("{}", NULL), -ENOENT);
	assert_int_equal(
		find_text("{\"instance-i\":\"a\",\"instance-idd\":\"b\",\"Instance-id\":\"c\"}",
			NULL),
		-ENOENT);
	assert_int_equal(
		find_text("{\"a\":\"instance-id\",\"b\":{\"instance-id\":\"c\"}}", NULL), -ENOENT);
	assert_int_equal(find_text("{\"instance-id\":\"a\",\"instance-id\":\"a\"}", NULL), -EEXIST);
	assert_int_equal(find_text("{\"instance-id\":1,\"instance-id\":\"a\"}", NULL), -EEXIST);
	assert_int_equal(find_text("{\"instance-id\":[\"a\"]}", NULL), -EINVAL);
	assert_int_equal(find_text("{\"instance-id\":{\"instance-id\":\"a\"}}", NULL), -EINVAL);
	assert_int_equal(find_text("{\"instance-id\":null}", NULL), -EINVAL);
}

static void long_ones(void **state)
{
	char text[256], out[MEMBER_TEXT_MAX + 1];
	int n;

	(void)state;
	for (n = MEMBER_TEXT_MAX - 1; n <= MEMBER_TEXT_MAX + 1; n++) {
		sprintf(text, "{\"instance-id\":\"%0*d\"}", n, 0);
		assert_int_equal(find_text(text, out), n <= MEMBER_TEXT_MAX ? 0 : -EMSGSIZE);
	}
}

static void malformed(void **state)
{
	static const char *const bad[] = { "", " ", "[]", "1", "\"instance-id\"", "{", "{\"",
		"{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{\"a\" 1}",
		"{\"a\":1 \"b\":2}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":1.}", "{\"a\":.5}",
		"{\"a\":1e}", "{\"a\":1e+}", "{\"a\":-}", "{\"a\":tru}", "{\"a\":nullx}",
		"{\"a\":True}", "{a:1}", "{'a':1}", "{\"a\":\"\t\"}", "{\"a\":\"\\x\"}",
		"{\"a\":\"\\u12g4\"}", "{\"a\":\"\xff\"}", "{\"a\":\"\xc3\"}",
		"{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xf4\x90\x80\x80\"}",
		"{\"a\":\"\xe0\x80\x80\"}", "{\"a\":[1}}", "{\"a\":{1]}", "{\"a\":[}]", "{}{}",
		"{} x", "{\"a\":[1,]}", "{]" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(find_text(bad[i], NULL), -EBADMSG);
	assert_int_equal(find("{\"a\0\":1}", 8, NULL), -EBADMSG);
}

static void depth(void **state)
{
	char text[512] = "{\"a\":";
	size_t i, n;

	(void)state;
	for (n = JSON_DEPTH_MAX - 2; n < JSON_DEPTH_MAX + 1; n++) {
		text[5] = '\0';
		for (i = 0; i < n; i++)
			strcat(text, i % 3 ? "[" : "{\"\":");
		strcat(text, "1");
		for (i = n; i-- > 0;)
			strcat(text, i % 3 ? "]" : "}");
		strcat(text, "}");
		assert_int_equal(find_text(text, NULL), n < JSON_DEPTH_MAX ? -ENOENT : -ELOOP);
	}
}

/* Texts that differ in some bytes from a body like Nova's. */
static void mutants(void **state)
{
	static const char nova[] =
		"{\"project-id\": \"fake\", \"instance-id\": \"11111111-2222-3333-4444-555555555555\", \"image-id\": null, "
		"\"user-data\": \"I2Nsb3VkLWNvbmZpZw==\", \"hostname\": \"vm\", \"metadata\": {\"k\": \"\\u00e4\"}, \"boot-roles\": \"a,b\"}";
	char text[sizeof(nova)];
	uint64_t seed = 3;
	unsigned round;

	(void)state;
	for (round = 0; round < 3000; round++) {
		memcpy(text, nova, sizeof(nova));
		text[random_below(&seed, sizeof(nova) - 1)] = (char)random_next(&seed);
		text[random_below(&seed, sizeof(nova) - 1)] =
			"\"\\{}[]:,0e-\n"[random_below(&seed, 12)];
		(void)find(text, sizeof(nova) - 1, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("member: the string is found at the top level of the object, wherever the text is cut",
			found),
		TEST("member: another key, a key that occurs twice, and a value that is no string are not accepted",
			not_found),
		TEST("member: a value is kept whole or refused", long_ones),
		TEST("member: anything but a complete JSON object is refused", malformed),
		TEST("member: the text may be nested as deep as util/json.h allows", depth),
		TEST("member: it judges three thousand mutants as json_find_string() does",
			mutants),
	};

	return cmocka_run_group_tests_name("member", tests, NULL, NULL);
}
