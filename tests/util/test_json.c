/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "tests/fuzz/referee.h"
#include "util/json.h"

#include <errno.h>

#define METADATA "tests/data/nova-tree/openstack/latest/meta_data.json"
#define KEY      "random_seed"

/* Searches a copy of exactly that length, so that a sanitizer reports a read beyond it. */
static int find(const char *text, size_t len, struct json_span *ret)
{
	char *copy = malloc(len ? len : 1);
	int r;

	assert_non_null(copy);
	memcpy(copy, text, len);
	r = json_find_string(copy, len, KEY, ret);
	free(copy);
	return r;
}

static int find_text(const char *text, struct json_span *ret)
{
	return find(text, strlen(text), ret);
}

static void assert_error(const char *text, size_t len, int err)
{
	struct json_span span = { 111, 222 };
	int r = find(text, len, &span);

	if (r != err)
		fail_msg("%d, not %d, for: %.*s", r, err, (int)len, text);
	assert_true(span.at == 111 && span.len == 222);
}

static void assert_text_error(const char *text, int err)
{
	assert_error(text, strlen(text), err);
}

static void assert_value(const char *text, const char *value)
{
	struct json_span span;
	int r = find_text(text, &span);

	if (r != 0 || span.len != strlen(value) || memcmp(text + span.at, value, span.len) != 0)
		fail_msg("%d for: %s", r, text);
}

/* --- the grammar: the cases of the JSON Parsing Test Suite (Nicolas Seriot). Each is the value of a member; that
 * member comes before, and in a second text after, the member that is searched for --- */

struct text {
	const char *bytes;
	size_t len;
};

/* The text may contain zero bytes. */
#define T(literal)                           \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

static const struct text good[] = {
	/* arrays */
	T("[[]   ]"),
	T("[\"\"]"),
	T("[]"),
	T("[\"a\"]"),
	T("[false]"),
	T("[null, 1, \"1\", {}]"),
	T("[null]"),
	T("[1\n]"),
	T(" [1]"),
	T("[1,null,null,null,2]"),
	T("[2] "),
	/* numbers */
	T("123e65"),
	T("0e+1"),
	T("0e1"),
	T(" 4"),
	T("-0.000000000000000000000000000000000000000000000000000000000000000000000000000001"),
	T("20e1"),
	T("-0"),
	T("-123"),
	T("-1"),
	T("1E22"),
	T("1E-2"),
	T("1E+2"),
	T("123e45"),
	T("123.456e78"),
	T("1e-2"),
	T("1e+2"),
	T("123"),
	T("123.456789"),
	T("0"),
	T("0.5"),
	T("-0.0"),
	T("10"),
	T("1e400"),
	T("123456789012345678901234567890"),
	T("0e00"),
	T("-0e-0"),
	/* objects */
	T("{\"asd\":\"sdf\", \"dfg\":\"fgh\"}"),
	T("{\"asd\":\"sdf\"}"),
	T("{\"a\":\"b\",\"a\":\"c\"}"),
	T("{\"a\":\"b\",\"a\":\"b\"}"),
	T("{}"),
	T("{\"\":0}"),
	T("{\"foo\\u0000bar\": 42}"),
	T("{ \"min\": -1.0e+28, \"max\": 1.0e+28 }"),
	T("{\"a\":[]}"),
	T("{\n\"a\": \"b\"\n}"),
	T("{\"a\":[], \"id\": {\"b\":{}}, \"c\":[{}]}"),
	/* strings */
	T("\"\\u0060\\u012a\\u12AB\""),
	T("\"\\uD801\\udc37\""),
	T("\"\\ud83d\\ude39\\ud83d\\udc8d\""),
	T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
	T("\"\\\\u0000\""),
	T("\"\\\"\""),
	T("\"a/*b*/c/*d//e\""),
	T("\"\\\\a\""),
	T("\"\\\\n\""),
	T("\"\\u0012\""),
	T("\"\\uFFFF\""),
	T("\"asd\""),
	T("\"\xf4\x8f\xbf\xbf\""),
	T("\"\xef\xbf\xbf\""),
	T("\"\\u0000\""),
	T("\"\\u002c\""),
	T("\"\xcf\x80\""),
	T("\"\xf0\x9b\xbf\xbf\""),
	T("\"asd \""),
	T("\" \""),
	T("\"\\uD834\\uDd1e\""),
	T("\"\\u0821\""),
	T("\"\\u0123\""),
	T("\"\xe2\x80\xa8\""),
	T("\"\xe2\x80\xa9\""),
	T("\"\\u0061\\u30af\\u30EA\\u30b9\""),
	T("\"new\\u00A0line\""),
	T("\"\\uDBFF\\uDFFE\""),
	T("\"\\u200B\""),
	T("\"\\u0022\""),
	T("\"\x7f\""),
	T("\"a\x7f"
	  "a\""),
	T("\"\\u005C\""),
	T("\"\xe2\x8d\x82\xe3\x88\xb4\xe2\x8d\x82\""),
	T("\"\""),
	/* RFC 8259, section 8.2: the grammar allows an escape that is only one half of a surrogate pair */
	T("\"\\uDADA\""),
	T("\"\\uD888\\u1234\""),
	T("\"\\uDd1e\\uD834\""),
	T("\"\\ud800abc\""),
	/* structure */
	T("false"),
	T("true"),
	T("null"),
	T("\t\n\r true \t\n\r"),
};

static const struct text bad[] = {
	/* arrays */
	T("[1 true]"),
	T("[a\xe5]"),
	T("[\"\": 1]"),
	T("[\"\"],"),
	T("[,1]"),
	T("[1,,2]"),
	T("[\"x\",,]"),
	T("[\"x\"]]"),
	T("[\"\",]"),
	T("[\"x\""),
	T("[x"),
	T("[3[4]]"),
	T("[\xff]"),
	T("[1:2]"),
	T("[,]"),
	T("[-]"),
	T("[   , \"\"]"),
	T("[\"a\",\n4\n,1,"),
	T("[1,]"),
	T("[1,,]"),
	T("[\"\x0b"
	  "a\"\\f]"),
	T("[*]"),
	T("[\"\""),
	T("[1,"),
	T("[1,\n1\n,1"),
	T("[{}"),
	T("[fals]"),
	T("[nul]"),
	T("[tru]"),
	/* numbers */
	T("123\0"),
	T("[++1234]"),
	T("+1"),
	T("+Inf"),
	T("-01"),
	T("-1.0."),
	T("-2."),
	T("-NaN"),
	T(".-1"),
	T(".2e-3"),
	T("0.1.2"),
	T("0.3e+"),
	T("0.3e"),
	T("0.e1"),
	T("0E+"),
	T("0E"),
	T("0e+"),
	T("0e"),
	T("1.0e+"),
	T("1.0e-"),
	T("1.0e"),
	T("1 000.0"),
	T("1eE2"),
	T("2.e+3"),
	T("2.e-3"),
	T("2.e3"),
	T("9.e+"),
	T("Inf"),
	T("NaN"),
	T("\xef\xbc\x91"),
	T("1+2"),
	T("0x1"),
	T("0x42"),
	T("Infinity"),
	T("0e+-1"),
	T("-123.123foo"),
	T("123\xe5"),
	T("1e1\xe5"),
	T("0\xe5"),
	T("-Infinity"),
	T("-foo"),
	T("- 1"),
	T("-012"),
	T("-.123"),
	T("-1x"),
	T("1ea"),
	T("1e\xe5"),
	T("1."),
	T(".123"),
	T("1.2a-3"),
	T("1.8011670033376514H-308"),
	T("012"),
	T("00"),
	T("-"),
	T("--1"),
	T("1e1.5"),
	T("1_000"),
	T("1f"),
	/* objects */
	T("[\"x\", truth]"),
	T("{[: \"x\"}"),
	T("{\"x\", null}"),
	T("{\"x\"::\"b\"}"),
	T("{\xf0\x9f\x87\xa8\xf0\x9f\x87\xad}"),
	T("{\"a\":\"a\" 123}"),
	T("{key: 'value'}"),
	T("{\"\xb9\":\"0\",}"),
	T("{\"a\" b}"),
	T("{:\"b\"}"),
	T("{\"a\" \"b\"}"),
	T("{\"a\":"),
	T("{\"a\""),
	T("{1:1}"),
	T("{9999E9999:1}"),
	T("{null:null,null:null}"),
	T("{\"id\":0,,,,,}"),
	T("{'a':0}"),
	T("{\"id\":0,}"),
	T("{\"a\":\"b\"}/**/"),
	T("{\"a\":\"b\"}/**//"),
	T("{\"a\":\"b\"}//"),
	T("{\"a\":\"b\"}/"),
	T("{\"a\":\"b\",,\"c\":\"d\"}"),
	T("{a: \"b\"}"),
	T("{\"a\":\"a"),
	T("{ \"foo\" : \"bar\", \"a\" }"),
	T("{\"a\":\"b\"}#"),
	T("{"),
	T("{]"),
	T("{,"),
	T("{\"a\":1 \"b\":2}"),
	/* strings */
	T("\"\\uD800\\\""),
	T("\"\\uD800\\u\""),
	T("\"\\uD800\\u1\""),
	T("\"\\uD800\\u1x\""),
	T("[\xc3\xa9]"),
	T("\"\\\0\""),
	T("\"\\x00\""),
	T("\"\\\\\\\""),
	T("\"\\\t\""),
	T("\"\\\xf0\x9f\x8c\x80\""),
	T("\"\\\""),
	T("\"\\u00A\""),
	T("\"\\uD834\\uDd\""),
	T("\"\\uD800\\uD800\\x\""),
	T("\"\\u\xe5\""),
	T("\"\\a\""),
	T("\"\\uqqqq\""),
	T("\"\\\xe5\""),
	T("\\u0020\"asd\""),
	T("\\n"),
	T("\""),
	T("'single'"),
	T("abc"),
	T("\"\\"),
	T("\"a\0a\""),
	T("\"new\nline\""),
	T("\"\t\""),
	T("\"\\UA66D\""),
	T("\"\"x"),
	T("\"\x1f\""),
	T("\"\\v\""),
	T("\"\\'\""),
	T("\"\\u 123\""),
	T("\"\\u-123\""),
	T("\"\\u00g0\""),
	T("\"\\u00@0\""),
	/* strings that are not UTF-8 */
	T("\"\xff\""),
	T("\"\xe9\""),
	T("\"\x81\""),
	T("\"\xed\xa0\x80\""),
	T("\"\xf4\xbf\xbf\xbf\""),
	T("\"\xc0\xaf\""),
	T("\"\xfc\x83\xbf\xbf\xbf\xbf\""),
	T("\"\xfc\x80\x80\x80\x80\x80\""),
	T("\"\xe0\xff\""),
	T("\"\xe6\x97\xa5\xd1\x88\xfa\""),
	T("\"\xe2\x82\""),
	T("\"\\u00e9\xc3\""),
	/* structure */
	T("<.>"),
	T("[<null>]"),
	T("aa"),
	T("1]"),
	T("{\"x\": true,"),
	T("[][]"),
	T("]"),
	T("\xef\xbb{}"),
	T("\xe5"),
	T("["),
	T(""),
	T("[\0]"),
	T("2@"),
	T("{}}"),
	T("{\"\":"),
	T("{\"a\":/*comment*/\"b\"}"),
	T("{\"a\": true} \"x\""),
	T("['"),
	T("[,"),
	T("[{"),
	T("[\"a"),
	T("{\"a\"x}"),
	T("*"),
	T("{\"a\":\"b\"}#{}"),
	T("[\\u000A\"\"]"),
	T("[1"),
	T("[ false, nul"),
	T("[ true, fals"),
	T("[ false, tru"),
	T("\xe2\x81\xa0"),
	T("[\x0c]"),
	T("\xc3\xa5"),
	T("[True]"),
	T("nUll"),
	T("FALSE"),
	T("\x0b"
	  "1"),
	T("1\x0c"),
	T("\xc2\xa0"
	  "1"),
	T("undefined"),
	T("truefalse"),
	T("nullnull"),
	T("\xef\xbb\xbf"
	  "1"),
};

/* Joins the three texts. The caller frees the result. */
static char *around(
	const char *before, const struct text *value, const char *behind, size_t *ret_len)
{
	const size_t n = strlen(before), m = strlen(behind);
	char *text = malloc(n + value->len + m + 1);

	assert_non_null(text);
	memcpy(text, before, n);
	memcpy(text + n, value->bytes, value->len);
	memcpy(text + n + value->len, behind, m);
	*ret_len = n + value->len + m;
	return text;
}

static const char *const frame[][2] = {
	{ "{\"k\":", ",\"random_seed\":\"AA==\"}" },
	{ "{\"random_seed\":\"AA==\",\"k\":", "}" },
	{ "{\"k\":[{\"l\":", "}],\"random_seed\":\"AA==\"}" },
};

static void test_grammar_good(void **state)
{
	size_t i, j, len;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		for (j = 0; j < COUNT(frame); j++) {
			char *text = around(frame[j][0], good + i, frame[j][1], &len);
			struct json_span span;
			int r = find(text, len, &span);

			if (r != 0)
				fail_msg("%d for: %.*s", r, (int)len, text);
			assert_int_equal(span.len, 4);
			assert_memory_equal(text + span.at, "AA==", 4);
			free(text);
		}
	}
}

static void test_grammar_bad(void **state)
{
	size_t i, j, len;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		for (j = 0; j < COUNT(frame); j++) {
			char *text = around(frame[j][0], bad + i, frame[j][1], &len);

			assert_error(text, len, -EBADMSG);
			free(text);
		}
	}
}

/* The cases are also tested as the value that is searched for, because the scanner has another function for that. */
static void test_grammar_wanted(void **state)
{
	static const char before[] = "{\"random_seed\":", behind[] = "}";
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		char *text = around(before, bad + i, behind, &len);

		assert_error(text, len, -EBADMSG);
		free(text);
	}
	for (i = 0; i < COUNT(good); i++) {
		char *text = around(before, good + i, behind, &len);
		struct json_span span;

		if (good[i].bytes[0] != '"') {
			assert_error(text, len, -EINVAL);
		} else {
			assert_int_equal(find(text, len, &span), 0);
			assert_int_equal(span.at, sizeof(before));
			assert_int_equal(span.len, good[i].len - 2);
		}
		free(text);
	}
}

static void test_not_an_object(void **state)
{
	static const struct text row[] = {
		T(""),
		T(" "),
		T("[]"),
		T("\"random_seed\""),
		T("1"),
		T("null"),
		T("true"),
		T("{"),
		T("}"),
		T("{}}"),
		T("{}{}"),
		T("{} x"),
		T("{},"),
		T("[{\"random_seed\":\"AA==\"}]"),
		T("\0"),
		T("{}\0"),
		T("\xef\xbb\xbf{}"),
		T("{\"random_seed\":\"AA==\"}\0"),
		T("{\"random_seed\":\"AA==\"}{"),
		T("{\"random_seed\"}"),
		T("{\"random_seed\":}"),
		T("{\"random_seed\":\"AA==\",}"),
		T("{,\"random_seed\":\"AA==\"}"),
		T("\xff\xfe{\0}\0"),
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++)
		assert_error(row[i].bytes, row[i].len, -EBADMSG);
}

/* --- the key --- */

static void test_key_found(void **state)
{
	(void)state;
	assert_value("{\"random_seed\":\"AA==\"}", "AA==");
	assert_value(" \n{ \"random_seed\" \t:\r\n \"\" } \n", "");
	assert_value(
		"{\"a\":{\"random_seed\":\"no\"},\"random_seed\":\"yes\",\"b\":[\"random_seed\"]}",
		"yes");
	assert_value("{\"a\":\"random_seed\",\"random_seed\":\"yes\"}", "yes");
	assert_value("{\"random_seed\":\"a\\\"b\\\\\"}", "a\\\"b\\\\");
	assert_value("{\"random_seed\":\"}{][,:\"}", "}{][,:");
	assert_value(
		"{\"random_see\":\"no\",\"random_seed\":\"yes\",\"random_seedy\":\"no\"}", "yes");
}

static void test_key_escaped(void **state)
{
	(void)state;
	assert_value("{\"\\u0072andom_seed\":\"yes\"}", "yes");
	assert_value("{\"random\\u005Fseed\":\"yes\"}", "yes");
	assert_value("{\"random\\u005fsee\\u0064\":\"yes\"}", "yes");
	assert_text_error("{\"random_seed\\u0000\":\"no\"}", -ENOENT);
	assert_text_error("{\"\\u0172andom_seed\":\"no\"}", -ENOENT);
	assert_text_error("{\"\\u0052andom_seed\":\"no\"}", -ENOENT);
	assert_text_error("{\"\\\\u0072andom_seed\":\"no\"}", -ENOENT);
	assert_text_error("{\"random\\/seed\":\"no\"}", -ENOENT);
	assert_text_error("{\"random_seed\\u0301\":\"no\"}", -ENOENT);
}

static void test_key_absent(void **state)
{
	static const char *const row[] = {
		"{}",
		"{\"a\":1}",
		"{\"random_seed \":\"\"}",
		"{\"Random_seed\":\"\"}",
		"{\"\":\"\"}",
		"{\"random_see\":\"\"}",
		"{\"random_seedx\":\"\"}",
		"{\"a\":\"random_seed\"}",
		"{\"meta\":{\"random_seed\":\"AA==\"}}",
		"{\"meta\":[{\"random_seed\":\"AA==\"}]}",
		"{\"a\":[\"random_seed\",\"AA==\"]}",
		"{\"random_sedd\":\"AA==\"}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++)
		assert_text_error(row[i], -ENOENT);
}

static void test_key_twice(void **state)
{
	static const char *const row[] = {
		"{\"random_seed\":\"a\",\"random_seed\":\"b\"}",
		"{\"random_seed\":\"a\",\"random_seed\":\"a\"}",
		"{\"random_seed\":\"a\",\"\\u0072andom_seed\":\"b\"}",
		"{\"random_seed\":1,\"random_seed\":\"b\"}",
		"{\"random_seed\":\"a\",\"random_seed\":null}",
		"{\"random_seed\":[],\"random_seed\":{}}",
		"{\"random_seed\":\"a\",\"x\":{},\"random_seed\":\"b\",\"random_seed\":\"c\"}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++)
		assert_text_error(row[i], -EEXIST);
}

static void test_not_a_string(void **state)
{
	static const char *const row[] = {
		"{\"random_seed\":1}",
		"{\"random_seed\":null}",
		"{\"random_seed\": true }",
		"{\"random_seed\":[\"AA==\"]}",
		"{\"random_seed\":{\"random_seed\":\"AA==\"}}",
		"{\"random_seed\":[{\"random_seed\":\"AA==\"}]}",
		"{\"random_seed\":[[{\"random_seed\":\"AA==\"}]]}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++)
		assert_text_error(row[i], -EINVAL);
}

/* A fault after the value counts, too, because the whole document is checked before anything is returned. */
static void test_checked_to_the_end(void **state)
{
	static const char text[] =
		"{\"random_seed\":\"AA==\",\"a\":[1,{\"b\":\"\\u00e9\"}],\"c\":-1.5e3}";
	const size_t len = sizeof(text) - 1;
	char copy[sizeof(text)];
	size_t at;

	(void)state;
	assert_value(text, "AA==");
	for (at = 0; at < len; at++) {
		memcpy(copy, text, sizeof(text));
		copy[at] = '\x01';
		assert_error(copy, len, -EBADMSG);
	}
	for (at = 0; at < len; at++)
		assert_error(text, at, -EBADMSG);
}

/* --- depth --- */

/* Nests @inner in @levels levels, one of which is the document itself. */
static char *nested(
	unsigned levels, const char *open, const char *inner, const char *close, size_t *ret_len)
{
	static const char before[] = "{\"random_seed\":\"AA==\",\"a\":";
	char *text = malloc(
		     sizeof(before) + levels * (strlen(open) + strlen(close)) + strlen(inner)),
	     *at;
	unsigned i;

	assert_non_null(text);
	at = stpcpy(text, before);
	for (i = 1; i < levels; i++)
		at = stpcpy(at, open);
	at = stpcpy(at, inner);
	for (i = 0; i < levels; i++)
		at = stpcpy(at, i < levels - 1 ? close : "}");
	*ret_len = (size_t)(at - text);
	return text;
}

static void assert_depth(
	unsigned levels, const char *open, const char *inner, const char *close, int err)
{
	struct json_span span = { 0 };
	size_t len;
	char *text = nested(levels, open, inner, close, &len);
	int r = find(text, len, &span);

	if (r != err)
		fail_msg("%d, not %d, at %u levels of %s around '%s'", r, err, levels, open, inner);
	assert_int_equal(span.len, err ? 0 : 4);
	free(text);
}

static void test_depth(void **state)
{
	static const char *const row[][3] = { { "[", "", "]" }, { "[", "0", "]" },
		{ "[", "\"x\"", "]" }, { "{\"a\":", "null", "}" }, { "{\"a\":[", "", "]}" },
		{ "[0,", "1", "]" } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		const unsigned each = strlen(row[i][2]) == 2 ? 2 : 1; /* levels in each step */
		unsigned steps;

		for (steps = 2; 1 + each * (steps - 1) <= JSON_DEPTH_MAX; steps++)
			assert_depth(steps, row[i][0], row[i][1], row[i][2], 0);
		assert_depth(steps, row[i][0], row[i][1], row[i][2], -ELOOP);
		assert_depth(steps + 1, row[i][0], row[i][1], row[i][2], -ELOOP);
		assert_depth(100000, row[i][0], row[i][1], row[i][2], -ELOOP);
	}
}

static void test_depth_of_the_value(void **state)
{
	static const char before[] = "{\"random_seed\":";
	char text[sizeof(before) + 2 * 70 + 1];
	size_t levels, len;

	(void)state;
	for (levels = 1; levels < 70; levels++) {
		strcpy(text, before);
		memset(text + sizeof(before) - 1, '[', levels);
		memset(text + sizeof(before) - 1 + levels, ']', levels);
		len = sizeof(before) - 1 + 2 * levels;
		text[len] = '}';
		assert_error(text, len + 1, levels < JSON_DEPTH_MAX ? -EINVAL : -ELOOP);
	}
}

/* --- Nova's files, and comparison with json-c --- */

static void test_truncated(void **state)
{
	size_t len, n;
	char *text = file_read(METADATA, &len);
	struct json_span span;

	(void)state;
	assert_int_equal(find(text, len, &span), 0);
	assert_int_equal(text[len - 1], '}');
	for (n = 0; n < len; n++)
		assert_error(text, n, -EBADMSG);
	free(text);
}

/* Checks that json-c reads the same value. @span must not have escapes. */
static void assert_refereed(const char *text, size_t len, const struct json_span *span)
{
	json_object *o = referee(text, len, 3 * JSON_DEPTH_MAX), *value;

	if (!o)
		fail_msg("json-c refuses: %.*s", (int)len, text);
	assert_true(json_object_object_get_ex(o, KEY, &value));
	assert_int_equal(json_object_get_type(value), json_type_string);
	if (!memchr(text + span->at, '\\', span->len)) {
		assert_int_equal(json_object_get_string_len(value), span->len);
		assert_memory_equal(json_object_get_string(value), text + span->at, span->len);
	}
	json_object_put(o);
}

static void test_nova_tree(void **state)
{
	static const char *const version[] = { "2013-04-04", "2013-10-17", "2015-10-15",
		"2016-06-30", "2016-10-06", "2017-02-22", "2018-08-27", "2020-10-14", "latest" };
	struct json_span span;
	char path[200], *text;
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(version); i++) {
		snprintf(path, sizeof(path), "tests/data/nova-tree/openstack/%s/meta_data.json",
			version[i]);
		text = file_read(path, &len);
		assert_int_equal(find(text, len, &span), 0);
		/* the base64 of 512 bytes, between quotes, after the key */
		assert_int_equal(span.len, 684);
		assert_int_equal(text[span.at - 1], '"');
		assert_int_equal(text[span.at + span.len], '"');
		assert_memory_equal(text + span.at - 16, "\"random_seed\": \"", 16);
		assert_refereed(text, len, &span);
		free(text);
	}
	text = file_read("tests/data/nova-tree/openstack/2012-08-10/meta_data.json", &len);
	assert_error(text, len, -ENOENT);
	free(text);
}

/* Changes, removes or doubles bytes of a small document that uses every construct of JSON. */
static size_t mutate(uint64_t *rng, char *text, size_t len)
{
	static const char spice[] = "\"\\{}[]:,0123456789-+.eEtrufalsn \n\t\x01\x7f\x80\xc3\xa9";
	size_t n = 1 + random_below(rng, 3), at, span;

	while (n-- > 0 && len > 10) {
		at = random_below(rng, len - 8);
		span = 1 + random_below(rng, 6);
		switch (random_below(rng, 4)) {
		case 0:
		case 1:
			text[at] = spice[random_below(rng, sizeof(spice) - 1)];
			break;
		case 2:
			memmove(text + at, text + at + span, len - at - span);
			len -= span;
			break;
		default:
			memmove(text + at + span, text + at, len - at);
			len += span;
		}
	}
	return len;
}

static void test_referee(void **state)
{
	static const char document[] =
		"{\"a\":[1,-2.5e+3,true,false,null,{\"b\":\"\\u00e9\\n\xc3\xa9\"}],"
		"\"random_seed\":\"AAAA\",\"c\":{\"random_seed\":\"BB==\",\"d\":[[],{}]}, \"e\" : \"f\" }";
	char text[4 * sizeof(document)];
	unsigned taken = 0, refused = 0, round;
	struct json_span span;
	uint64_t rng = 1;

	(void)state;
	for (round = 0; round < 200000; round++) {
		size_t len = sizeof(document) - 1;
		int r;

		memcpy(text, document, len);
		len = mutate(&rng, text, len);
		r = find(text, len, &span);
		if (r == 0 && !memchr(text, '\0', len))
			assert_refereed(text, len, &span);
		taken += r == 0;
		refused += r == -EBADMSG;
	}
	assert_true(taken > 10000 && refused > 50000);
}

/* --- two keys in one object --- */

static const char *const pair_keys[2] = { "record", "id" };

/* Checks that the @nth pair, as "RECORD ID", is @expected, or that the search returns @err. */
static void assert_pair(const char *text, unsigned nth, int err, const char *expected)
{
	struct json_span span[2] = { { 111, 222 }, { 333, 444 } };
	char found[64];
	int r = json_find_pair(text, strlen(text), pair_keys, nth, span);

	if (r != err)
		fail_msg("%d, not %d, for: %s", r, err, text);
	if (r < 0) {
		assert_true(span[0].at == 111 && span[0].len == 222);
		assert_true(span[1].at == 333 && span[1].len == 444);
		return;
	}
	snprintf(found, sizeof(found), "%.*s %.*s", (int)span[0].len, text + span[0].at,
		(int)span[1].len, text + span[1].at);
	assert_string_equal(found, expected);
}

static void test_pair(void **state)
{
	const char *two =
		"{\"x\": {\"record\": \"a\", \"id\": \"b\"}, \"y\": {\"id\": \"d\", \"record\": \"c\"}}";

	(void)state;
	assert_pair("{\"record\":\"a\",\"id\":\"b\"}", 0, 0, "a b");
	assert_pair("{\"id\":\"\",\"recor\\u0064\":\"\\/\"}", 0, 0, "\\/ ");
	assert_pair(two, 0, 0, "a b");
	assert_pair(two, 1, 0, "c d");
	assert_pair(two, 2, -ENOENT, NULL);
	/* An outer object ends after the objects in it, so it comes after them, and its values are not confused with
	 * theirs. */
	assert_pair("{\"record\":\"a\",\"x\":{\"record\":\"c\",\"id\":\"d\"},\"id\":\"b\"}", 0, 0,
		"c d");
	assert_pair("{\"record\":\"a\",\"x\":{\"record\":\"c\",\"id\":\"d\"},\"id\":\"b\"}", 1, 0,
		"a b");
	assert_pair("{\"x\":{\"record\":\"a\"},\"y\":{\"id\":\"b\"}}", 0, -EINVAL, NULL);
}

static void test_pair_absent(void **state)
{
	(void)state;
	assert_pair("{}", 0, -ENOENT, NULL);
	assert_pair("{\"id\":\"b\",\"records\":\"a\",\"recor\":\"a\",\"record\\u0000\":\"a\"}", 0,
		-ENOENT, NULL);
	assert_pair("{\"x\":[{\"record\":\"a\",\"id\":\"b\"}]}", 0, -ENOENT, NULL);
	assert_pair("{\"x\":{\"y\":{\"record\":\"a\",\"id\":\"b\"}}}", 0, -ENOENT, NULL);
	assert_pair(
		"{\"x\":\"{\\\"record\\\":\\\"a\\\",\\\"id\\\":\\\"b\\\"}\"}", 0, -ENOENT, NULL);
}

static void test_pair_malformed(void **state)
{
	(void)state;
	assert_pair("{\"record\":\"a\"}", 0, -EINVAL, NULL);
	assert_pair("{\"record\":\"a\",\"id\":1}", 0, -EINVAL, NULL);
	assert_pair("{\"record\":{},\"id\":\"b\"}", 0, -EINVAL, NULL);
	assert_pair("{\"record\":\"a\",\"id\":\"b\",\"record\":\"c\"}", 0, -EINVAL, NULL);
	assert_pair("{\"record\":\"a\",\"id\":\"b\",\"id\":\"c\"}", 0, -EINVAL, NULL);
	assert_pair("{\"record\":\"a\",\"id\":\"b\"", 0, -EBADMSG, NULL);
	assert_pair("[{\"record\":\"a\",\"id\":\"b\"}]", 0, -EBADMSG, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("json: everything that RFC 8259 allows is accepted", test_grammar_good),
		TEST("json: everything that RFC 8259 does not allow is refused", test_grammar_bad),
		TEST("json: the same grammar applies to the value that is searched for",
			test_grammar_wanted),
		TEST("json: a text that is not one object is refused", test_not_an_object),
		TEST("json: the span is the text between the quotes of the object's own key",
			test_key_found),
		TEST("json: a key is found with any escapes, and only that key", test_key_escaped),
		TEST("json: a key of an inner object, or a similar key, is not found",
			test_key_absent),
		TEST("json: a key that occurs twice is an error, with any escapes", test_key_twice),
		TEST("json: a value that is not a string is an error", test_not_a_string),
		TEST("json: a fault anywhere in the document is found before anything is returned",
			test_checked_to_the_end),
		TEST("json: 64 levels are accepted, and more are another error than bad JSON",
			test_depth),
		TEST("json: the value that is searched for may be as deep as any other",
			test_depth_of_the_value),
		TEST("json: every truncation of Nova's meta_data.json is refused", test_truncated),
		TEST("json: json-c reads the same value in each of Nova's files", test_nova_tree),
		TEST("json: json-c reads the same value in those of 200,000 mutated documents that are accepted",
			test_referee),
		TEST("json: two keys are found in one object, at the top or one below", test_pair),
		TEST("json: two keys that are deeper, in a list or a string are not found",
			test_pair_absent),
		TEST("json: a first key without exactly one second key, or without a string, is an error",
			test_pair_malformed),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
