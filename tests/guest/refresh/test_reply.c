/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include <errno.h>

#include "guest/refresh/reply.c"

#define OK "HTTP/1.1 200 OK\r\n"

static uint8_t body[REPLY_BODY_MAX + 1];
static struct reply reply;

/* Passes the whole text in pieces of @piece bytes. Returns the result of the last call. */
static int take(const char *raw, size_t len, size_t piece)
{
	size_t at = 0;
	int r = 0;

	memset(body, 0x5a, sizeof(body));
	reply_begin(&reply, body);
	while (at < len && r == 0) {
		const size_t n = piece < len - at ? piece : len - at;
		uint8_t *copy = malloc(n);

		assert_non_null(copy);
		memcpy(copy, raw + at, n);
		r = reply_take(&reply, copy, n);
		free(copy);
		at += n;
	}
	assert_int_equal(body[REPLY_BODY_MAX], 0x5a);
	return r == 1 && at < len ? -EBADMSG : r;
}

static void assert_body(const char *raw, const char *expected)
{
	size_t piece;

	for (piece = 1; piece <= strlen(raw); piece++) {
		const int r = take(raw, strlen(raw), piece);

		if (r != 1)
			fail_msg("%d in pieces of %zu: %s", r, piece, raw);
		assert_int_equal(reply.code, 200);
		assert_int_equal(reply.len, strlen(expected));
		assert_memory_equal(body, expected, reply.len);
	}
}

static void assert_error(const char *raw, int err)
{
	size_t piece;

	for (piece = 1; piece <= strlen(raw); piece++) {
		const int r = take(raw, strlen(raw), piece);

		if (r != err)
			fail_msg("%d, not %d, in pieces of %zu: %s", r, err, piece, raw);
	}
}

static void bodies(void **state)
{
	(void)state;
	assert_body(OK "Content-Length: 2\r\n\r\n{}", "{}");
	assert_body(OK "content-length:0\r\nX: y\r\n\r\n", "");
	assert_body("HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", "{}");
	assert_body(OK
		"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\nT: t\r\n\r\n",
		"{}");
	assert_body(OK "Content-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}", "{}");
}

static void codes(void **state)
{
	static const unsigned all[] = { 100, 103, 204, 206, 301, 302, 307, 404, 429, 500, 503 };
	char raw[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(all); i++) {
		snprintf(raw, sizeof(raw), "HTTP/1.1 %u Moved\r\n", all[i]);
		assert_int_equal(take(raw, strlen(raw), 3), 1);
		assert_int_equal(reply.code, all[i]);
		assert_int_equal(reply.len, 0);
	}
}

static void refused(void **state)
{
	(void)state;
	assert_error("HTTP/1.1 200 OK\n\n{}", -EBADMSG);
	assert_error("ICY 200 OK\r\n", -EBADMSG);
	assert_error("SSH-2.0-OpenSSH_9.2p1 Debian\r\n", -EBADMSG);
	assert_error("HTTP/2.0 200 OK\r\n", -EPROTONOSUPPORT);
	assert_error(OK "Content-Length: 2\r\nContent-Length: 3\r\n\r\n", -EBADMSG);
	assert_error(OK "Content-Length: +2\r\n\r\n", -EBADMSG);
	assert_error(OK "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", -EBADMSG);
	assert_error(OK "Transfer-Encoding: gzip, chunked\r\n\r\n", -ENOTSUP);
	assert_error(OK "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n", -ENOTSUP);
	assert_error(OK "no colon\r\n\r\n", -EBADMSG);
	assert_error(OK "X: y\r\n folded\r\n\r\n", -EBADMSG);
	assert_error(OK "\r\n{}", -ENODATA);
	assert_error("HTTP/1.0 200 OK\r\n\r\n", -ENODATA);
	assert_error(OK "Transfer-Encoding: chunked\r\n\r\nx\r\n", -EBADMSG);
	assert_error(OK "Transfer-Encoding: chunked\r\n\r\n-1\r\n", -EBADMSG);
	assert_error(OK "Content-Length: 2\r\n\r\n{} ", -EBADMSG);
	assert_error(OK "Content-Length: 0\r\n\r\nx", -EBADMSG);
	/* A truncated answer is not complete; the caller sees that the connection has ended. */
	assert_int_equal(take(OK "Content-Length: 3\r\n\r\n{}", 40, 40), 0);
}

static void limits(void **state)
{
	static char raw[REPLY_BODY_MAX + 4096];
	size_t n, i;

	(void)state;
	assert_error(OK "Content-Length: 262145\r\n\r\n", -EFBIG);
	n = (size_t)sprintf(raw, OK "Content-Length: 262144\r\n\r\n");
	memset(raw + n, 'x', REPLY_BODY_MAX);
	assert_int_equal(take(raw, n + REPLY_BODY_MAX, 1000), 1);
	assert_int_equal(reply.len, REPLY_BODY_MAX);
	/* The total length of chunks is not known in advance. */
	n = (size_t)sprintf(raw, OK "Transfer-Encoding: chunked\r\n\r\n40001\r\n");
	memset(raw + n, 'x', REPLY_BODY_MAX + 1);
	assert_int_equal(take(raw, n + REPLY_BODY_MAX + 1, 1000), -EFBIG);
	n = (size_t)sprintf(raw, OK);
	for (i = 0; i <= REPLY_FIELDS_MAX; i++)
		n += (size_t)sprintf(raw + n, "X: y\r\n");
	assert_int_equal(take(raw, n, 100), -EMSGSIZE);
	n = (size_t)sprintf(raw, OK "X: ");
	memset(raw + n, 'y', REPLY_LINE_MAX);
	assert_int_equal(take(raw, n + REPLY_LINE_MAX, 100), -EMSGSIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("reply: bodies with a length or in chunks are read, in pieces of any size",
			bodies),
		TEST("reply: if the code is not 200, only the first line is read", codes),
		TEST("reply: an answer that two parsers could understand differently is refused",
			refused),
		TEST("reply: lines, fields and bodies above the limits are refused", limits),
	};

	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
