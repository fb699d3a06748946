/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "util/wire/http.h"

#include <errno.h>

/* Writes the lines of @raw to @out as "[one][two]", or returns the error; the result must be the same for pieces of any
 * size. */
static int take_lines(const char *raw, size_t len, size_t piece, size_t size, char *out)
{
	char *text = malloc(size);
	struct http_line line = { .text = text, .size = size };
	size_t at = 0, used;
	int r = 0;

	assert_non_null(text);
	*out = '\0';
	while (at < len && r >= 0) {
		const size_t n = piece < len - at ? piece : len - at;

		r = http_line_take(&line, (const uint8_t *)raw + at, n, &used);
		assert_true(used <= n && (r != 0 || used == n));
		at += used;
		if (r == 1) {
			assert_int_equal(strlen(text), line.len);
			out += sprintf(out, "[%s]", text);
		}
	}
	free(text);
	return r < 0 ? r : (int)line.len;
}

static void lines(void **state)
{
	static const char raw[] = "GET / HTTP/1.1\r\nA:\tb\x80\xff\r\n\r\nhalf";
	char out[128];
	size_t piece;

	(void)state;
	for (piece = 1; piece <= sizeof(raw); piece++) {
		assert_int_equal(take_lines(raw, sizeof(raw) - 1, piece, 15, out), 4);
		assert_string_equal(out, "[GET / HTTP/1.1][A:\tb\x80\xff][]");
	}
	assert_int_equal(take_lines(raw, sizeof(raw) - 1, 1, 14, out), -EMSGSIZE);
	assert_int_equal(take_lines("\r\n", 2, 1, 1, out), 0);
	assert_string_equal(out, "[]");
	assert_int_equal(take_lines("a\r\n", 3, 1, 1, out), -EMSGSIZE);
}

static void bad_lines(void **state)
{
	char raw[] = "ab?\r\n", out[128];
	int c;

	(void)state;
	assert_int_equal(take_lines("ab\n", 3, 3, 16, out), -EBADMSG);
	assert_int_equal(take_lines("ab\rc\r\n", 6, 6, 16, out), -EBADMSG);
	assert_int_equal(take_lines("ab\r\r\n", 5, 1, 16, out), -EBADMSG);
	for (c = 0; c < 256; c++) {
		const bool control = (c < ' ' && c != '\t') || c == 0x7f;

		raw[2] = (char)c;
		assert_int_equal(take_lines(raw, 5, 5, 16, out), control ? -EBADMSG : 3);
	}
}

static struct http_text text(const char *word)
{
	return (struct http_text){ word, strlen(word) };
}

static int decimal(const char *word, uint64_t max)
{
	uint64_t n = 4711;
	int r = http_decimal(text(word), max, &n);

	assert_true(r == 0 || n == 4711);
	return r < 0 ? r : (int)n;
}

static int hex(const char *word, uint64_t max)
{
	uint64_t n = 4711;
	int r = http_hex(text(word), max, &n);

	assert_true(r == 0 || n == 4711);
	return r < 0 ? r : (int)n;
}

static void numbers(void **state)
{
	static const char *const bad[] = { "", "+5", "-5", " 5", "5 ", "0x5", "5,5", "5.", "g",
		"5_" };
	uint64_t n;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(decimal(bad[i], 100), -EBADMSG);
		assert_int_equal(hex(bad[i], 100), -EBADMSG);
	}
	assert_int_equal(decimal("a", 100), -EBADMSG);
	assert_int_equal(decimal("0", 0), 0);
	assert_int_equal(decimal("1", 0), -ERANGE);
	assert_int_equal(decimal("007", 7), 7);
	assert_int_equal(decimal("8", 7), -ERANGE);
	assert_int_equal(decimal("10", 9), -ERANGE);
	assert_int_equal(hex("fF", 255), 255);
	assert_int_equal(hex("100", 255), -ERANGE);
	assert_int_equal(http_decimal(text("18446744073709551615"), UINT64_MAX, &n), 0);
	assert_true(n == UINT64_MAX);
	assert_int_equal(decimal("18446744073709551616", UINT64_MAX), -ERANGE);
	assert_int_equal(decimal("99999999999999999999999999999999999", UINT64_MAX), -ERANGE);
	assert_int_equal(decimal("99999999999999999999999999999999999x", UINT64_MAX), -EBADMSG);
	assert_int_equal(http_hex(text("ffffffffffffffff"), UINT64_MAX, &n), 0);
	assert_true(n == UINT64_MAX);
	assert_int_equal(hex("10000000000000000", UINT64_MAX), -ERANGE);
}

static void words(void **state)
{
	(void)state;
	assert_true(http_is(text("GET"), "GET"));
	assert_false(http_is(text("GET"), "get"));
	assert_false(http_is(text("GE"), "GET"));
	assert_false(http_is(text("GETS"), "GET"));
	assert_true(http_is_name(text("CONTENT-length"), "content-length"));
	assert_false(http_is_name(text("content-lengt"), "content-length"));
	assert_false(http_is_name(text("content-lengthy"), "content-length"));
	/* '@' and '[' are next to the letters, and differ from '`' and '{' in the same bit as upper and lower case. */
	assert_false(http_is_name(text("@["), "`{"));
	assert_true(http_list_has(text("close"), "close"));
	assert_true(http_list_has(text("upgrade ,\tCLOSE , x"), "close"));
	assert_false(http_list_has(text("closed, not-close,cl ose"), "close"));
	assert_false(http_list_has(text(""), "close"));
	assert_false(http_list_has(text(",,"), "close"));
}

/* The line is on the heap, so that a read beyond its end is found. */
static struct http_line line_of(const char *raw)
{
	return (struct http_line){ .text = strdup(raw), .len = strlen(raw), .whole = true };
}

static int request(const char *raw, char *out)
{
	struct http_line line = line_of(raw);
	struct http_request q;
	int r = http_request(&line, &q);

	if (r == 0)
		sprintf(out, "%.*s|%.*s|%u", (int)q.method.len, q.method.at, (int)q.target.len,
			q.target.at, q.minor);
	free(line.text);
	return r;
}

static void requests(void **state)
{
	static const char *const bad[] = { "", "GET", "GET /", "GET / ", " / HTTP/1.1",
		"GET  HTTP/1.1", "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ",
		" GET / HTTP/1.1", "GET\t/ HTTP/1.1", "GET /\t HTTP/1.1", "G(T / HTTP/1.1",
		"GET /\xc3\xa4 HTTP/1.1", "GET / http/1.1", "GET / HTTP/1.", "GET / HTTP/11",
		"GET / HTTP/1.11", "GET / HTTP/+.1", "GET / HTTPS/1.1", "GET /a b HTTP/1.1" };
	char out[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (request(bad[i], out) != -EBADMSG)
			fail_msg("'%s' is taken", bad[i]);
	assert_int_equal(request("POST /a?b%20c HTTP/1.1", out), 0);
	assert_string_equal(out, "POST|/a?b%20c|1");
	assert_int_equal(request("M-SEARCH * HTTP/1.0", out), 0);
	assert_string_equal(out, "M-SEARCH|*|0");
	assert_int_equal(request("GET / HTTP/2.0", out), -EPROTONOSUPPORT);
	assert_int_equal(request("GET / HTTP/1.2", out), -EPROTONOSUPPORT);
	assert_int_equal(request("GET / HTTP/0.9", out), -EPROTONOSUPPORT);
}

static int status(const char *raw, char *out)
{
	struct http_line line = line_of(raw);
	struct http_status s;
	int r = http_status(&line, &s);

	if (r == 0)
		sprintf(out, "%u|%u|%.*s", s.minor, s.code, (int)s.reason.len, s.reason.at);
	free(line.text);
	return r;
}

static void statuses(void **state)
{
	static const char *const bad[] = { "", "HTTP/1.1", "HTTP/1.1 200", "HTTP/1.1  200 OK",
		"HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 +20 OK", "HTTP/1.1 099 OK",
		"HTTP/1.1 600 OK", "HTTP/1.1\t200 OK", "ICY 200 OK....", "http/1.1 200 OK" };
	char out[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (status(bad[i], out) != -EBADMSG)
			fail_msg("'%s' is taken", bad[i]);
	assert_int_equal(status("HTTP/1.1 200 OK", out), 0);
	assert_string_equal(out, "1|200|OK");
	assert_int_equal(status("HTTP/1.0 404 ", out), 0);
	assert_string_equal(out, "0|404|");
	assert_int_equal(status("HTTP/1.1 599 a b", out), 0);
	assert_string_equal(out, "1|599|a b");
	assert_int_equal(status("HTTP/2.0 200 OK", out), -EPROTONOSUPPORT);
}

static int field(const char *raw, char *out)
{
	struct http_line line = line_of(raw);
	struct http_field f;
	int r = http_field(&line, &f);

	if (r == 0)
		sprintf(out, "%.*s|%.*s", (int)f.name.len, f.name.at, (int)f.value.len, f.value.at);
	free(line.text);
	return r;
}

static void fields(void **state)
{
	static const char *const bad[] = { "", "a", ": b", "a : b", " a: b", "\ta: b", "a b: c",
		"a\t: b", "\xc3\xa4: b", "a(: b" };
	char out[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (field(bad[i], out) != -EBADMSG)
			fail_msg("'%s' is taken", bad[i]);
	assert_int_equal(field("Host: \t a b:c\t ", out), 0);
	assert_string_equal(out, "Host|a b:c");
	assert_int_equal(field("a:", out), 0);
	assert_string_equal(out, "a|");
	assert_int_equal(field("!#$%&'*+-.^_`|~09azAZ: \t ", out), 0);
	assert_string_equal(out, "!#$%&'*+-.^_`|~09azAZ|");
}

/* Computes the framing that the fields give; each field has the form "Name: value\n". */
static int frame(unsigned minor, const char *lines, struct http_framing *f)
{
	char *copy = strdup(lines), *at = copy, *raw;
	int r = 0;

	*f = (struct http_framing){ .minor = minor };
	while (r == 0 && (raw = strsep(&at, "\n")) && *raw) {
		struct http_line line = { .text = raw, .len = strlen(raw), .whole = true };
		struct http_field field;

		assert_int_equal(http_field(&line, &field), 0);
		r = http_framing_add(f, &field);
	}
	free(copy);
	return r;
}

static void framing(void **state)
{
	static const char *const bad[] = { "Content-Length: 5\nContent-Length: 6",
		"Content-Length: 5, 5", "Content-Length: +5",
		"Content-Length: ", "Content-Length: -1", "Content-Length: 9223372036854775808",
		"Content-Length: 0x5", "Content-Length: 0\nTransfer-Encoding: chunked",
		"transfer-encoding: chunked\ncontent-length: 5",
		"Transfer-Encoding: chunked\nTransfer-Encoding: chunked",
		"Transfer-Encoding: chunked\t", "Transfer-Encoding: chunked \t " };
	struct http_framing f;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (frame(1, bad[i], &f) != -EBADMSG)
			fail_msg("'%s' is taken", bad[i]);
	assert_int_equal(frame(0, "Transfer-Encoding: chunked", &f), -EBADMSG);
	assert_int_equal(frame(1, "Transfer-Encoding: gzip, chunked", &f), -ENOTSUP);
	assert_int_equal(frame(1, "Transfer-Encoding: ", &f), -ENOTSUP);
	assert_int_equal(frame(1, "Transfer-Encoding: xchunked", &f), -ENOTSUP);
	assert_int_equal(frame(1, "content-LENGTH: 9223372036854775807\nX: y", &f), 0);
	assert_true(f.has_length && !f.chunked && f.length == INT64_MAX);
	assert_int_equal(frame(1, "Content-Length: 5\nContent-Length: 05", &f), 0);
	assert_true(f.has_length && f.length == 5);
	assert_int_equal(frame(1, "Transfer-Encoding: Chunked", &f), 0);
	assert_true(f.chunked && !f.has_length);
	assert_int_equal(frame(1, "X-Content-Length: 5", &f), 0);
	assert_false(f.has_length);
}

static void keeping(void **state)
{
	struct http_framing f;

	(void)state;
	assert_int_equal(frame(1, "", &f), 0);
	assert_true(http_framing_keeps(&f));
	assert_int_equal(frame(0, "", &f), 0);
	assert_false(http_framing_keeps(&f));
	assert_int_equal(frame(0, "Connection: Keep-Alive", &f), 0);
	assert_true(http_framing_keeps(&f));
	assert_int_equal(frame(1, "Connection: x\nConnection: keep-alive, Close", &f), 0);
	assert_false(http_framing_keeps(&f));
}

/* Joins the pieces of the body in @raw, which is passed in pieces of @piece bytes. @ret_behind: the number of bytes
 * after the body. Returns: the result of the last http_body_take(). */
static int take_body(const struct http_framing *f, bool answer, const char *raw, size_t piece,
	char *out, size_t *ret_behind)
{
	const size_t len = strlen(raw);
	struct http_body body;
	struct http_text data;
	size_t at = 0, used;
	int r;

	http_body_begin(&body, f, answer);
	r = http_body_take(&body, (const uint8_t *)raw, 0, &used, &data);
	while (r == 0 && at < len) {
		const size_t n = piece < len - at ? piece : len - at;

		r = http_body_take(&body, (const uint8_t *)raw + at, n, &used, &data);
		assert_true(used <= n && (used > 0 || r != 0));
		if (data.len > 0)
			memcpy(out, data.at, data.len);
		out += data.len;
		at += used;
	}
	*out = '\0';
	*ret_behind = len - at;
	return r;
}

static void lengths(void **state)
{
	const struct http_framing five = { 1, 5, true, false, false, false }, none = { .minor = 1 },
				  zero = { .minor = 1, .has_length = true };
	char out[64];
	size_t piece, behind;

	(void)state;
	for (piece = 1; piece < 9; piece++) {
		assert_int_equal(take_body(&five, false, "12345678", piece, out, &behind), 1);
		assert_string_equal(out, "12345");
		assert_int_equal(behind, 3);
		assert_int_equal(take_body(&five, true, "1234", piece, out, &behind), 0);
		assert_string_equal(out, "1234");
		assert_int_equal(take_body(&none, false, "1234", piece, out, &behind), 1);
		assert_int_equal(behind, 4);
		assert_int_equal(take_body(&zero, true, "1234", piece, out, &behind), 1);
		assert_int_equal(behind, 4);
		assert_int_equal(take_body(&none, true, "1234", piece, out, &behind), 0);
		assert_string_equal(out, "1234");
	}
}

static void chunks(void **state)
{
	const struct http_framing chunked = { .minor = 1, .chunked = true };
	char out[64];
	size_t piece, behind;

	(void)state;
	for (piece = 1; piece < 48; piece++) {
		assert_int_equal(
			take_body(&chunked, true,
				"4\r\n1\r\n2\r\n00A;x=\"y\"\r\n0123456789\r\n0\r\nA: b\r\n\r\nGET",
				piece, out, &behind),
			1);
		assert_string_equal(out, "1\r\n20123456789");
		assert_int_equal(behind, 3);
		assert_int_equal(take_body(&chunked, true, "0\r\n\r\n", piece, out, &behind), 1);
		assert_int_equal(
			take_body(&chunked, true, "1\r\na\r\n0\r\n", piece, out, &behind), 0);
		assert_string_equal(out, "a");
	}
}

static void bad_chunks(void **state)
{
	static const char *const bad[] = { "\r\n", "x\r\n", "-1\r\n", "+1\r\n", " 1\r\n", "1 \r\n",
		"0x1\r\n", ";a\r\n", "1\na", "1\r\nab\r\n", "1\r\na\n", "1\r\na0\r\n\r\n",
		"8000000000000000\r\n", "10000000000000000\r\n", "0\r\nnone\r\n", "0\r\n a: b\r\n",
		"0\r\n\n" };
	const struct http_framing chunked = { .minor = 1, .chunked = true };
	char out[64], many[256] = "0\r\n", wide[256];
	size_t i, behind;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (take_body(&chunked, true, bad[i], 1, out, &behind) != -EBADMSG)
			fail_msg("'%s' is taken", bad[i]);
	memset(wide, '0', HTTP_CHUNK_LINE_MAX + 1);
	strcpy(wide + HTTP_CHUNK_LINE_MAX + 1, "\r\n\r\n");
	assert_int_equal(take_body(&chunked, true, wide, 9, out, &behind), -EMSGSIZE);
	assert_int_equal(take_body(&chunked, true, wide + 1, 9, out, &behind), 1);
	for (i = 0; i < HTTP_TRAILER_MAX; i++)
		strcat(many, "a:b\r\n");
	assert_int_equal(take_body(&chunked, true, many, 9, out, &behind), 0);
	assert_int_equal(
		take_body(&chunked, true, strcat(many, "a:b\r\n"), 9, out, &behind), -EMSGSIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("http: lines end in CRLF, in pieces of any size, and fit the buffer", lines),
		TEST("http: a bare LF or CR, and any control character except a tab, are refused",
			bad_lines),
		TEST("http: numbers have only digits, and do not overflow", numbers),
		TEST("http: methods are case-sensitive, names and tokens are not", words),
		TEST("http: a request line has one blank between its three words", requests),
		TEST("http: a status line has a code of three digits", statuses),
		TEST("http: a field's name is a token up to its colon", fields),
		TEST("http: two lengths that differ, and a length together with chunks, are refused",
			framing),
		TEST("http: version and Connection decide whether a connection stays open",
			keeping),
		TEST("http: a body has exactly its length, and the bytes after it are not used",
			lengths),
		TEST("http: chunks are joined, in pieces of any size", chunks),
		TEST("http: chunks with a fault in their framing are refused", bad_chunks),
	};

	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
