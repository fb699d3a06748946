/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/protocol.h"
#include "serve/web_request.h"

#include "serve/listener.h"

#include <errno.h>

static const struct listen_options plain = { .name = "http" };

/* Returns the result for @raw as "STATUS keeps|ends|over REST", or "..." if the request is incomplete. STATUS is 0 if
 * the site answers; REST is the number of bytes after the request. */
static const char *take(const struct protocol *p, const struct listen_options *o, const char *raw,
	size_t len, size_t piece)
{
	static char out[64];
	char text[WEB_LINE_MAX + 1];
	struct web_request q = { .line = { .text = text, .size = sizeof(text) } };
	size_t at = 0, used;
	bool whole = false;

	while (at < len && !whole) {
		const size_t n = piece < len - at ? piece : len - at;

		whole = web_request_take(&q, p->site, o, (const uint8_t *)raw + at, n, &used);
		assert_true(used <= n && (whole || used == n));
		at += used;
	}
	if (!whole)
		return "...";
	assert_true(q.part == WEB_WHOLE && (q.status == 0 || q.why));
	snprintf(out, sizeof(out), "%u %s %zu", q.status,
		web_request_keeps(&q) ? "keeps" :
			q.over        ? "over" :
					"ends",
		q.over ? 0 : len - at);
	return out;
}

static void check(
	const struct protocol *p, const struct listen_options *o, const char *raw, const char *want)
{
	const size_t len = strlen(raw);
	size_t piece;

	for (piece = 1; piece <= len; piece += piece < 9 ? 1 : 37) {
		const char *have = take(p, o, raw, len, piece);

		if (strcmp(have, want) != 0)
			fail_msg("'%s': %s, not %s, by %zu", raw, have, want, piece);
	}
}

#define POST "POST /vendordata HTTP/1.1\r\nHost: a\r\n"

static void wanted(void **state)
{
	(void)state;
	check(&http_protocol, &plain, POST "Content-Length: 2\r\n\r\n{}", "0 keeps 0");
	check(&http_protocol, &plain, POST "content-length: 2\r\nX: y\r\n\r\n{}GET", "0 keeps 3");
	check(&http_protocol, &plain, POST "Content-Length: 2\r\nConnection: close\r\n\r\n{}",
		"0 ends 0");
	check(&http_protocol, &plain, "POST /cloud-init HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}",
		"0 ends 0");
	check(&http_protocol, &plain, POST "Content-Length: 0\r\n\r\n", "0 keeps 0");
	check(&http_protocol, &plain, POST "Content-Length: 2\r\n\r\n{", "...");
	check(&http_protocol, &plain, POST "Content-Length: 2\r\n", "...");
	check(&metrics_protocol, &plain, "GET /metrics HTTP/1.1\r\nHost:\r\n\r\n", "0 keeps 0");
	check(&metrics_protocol, &plain, "HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\nx", "0 keeps 1");
}

static void unwanted(void **state)
{
	(void)state;
	check(&http_protocol, &plain, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "404 keeps 0");
	check(&http_protocol, &plain, "GET /vendordata HTTP/1.1\r\nHost: a\r\n\r\n", "405 keeps 0");
	check(&http_protocol, &plain,
		"PUT /vendordata HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", "405 over 0");
	check(&http_protocol, &plain,
		"POST /vendordata/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", "404 over 0");
	check(&http_protocol, &plain, "POST /vendordatA HTTP/1.1\r\nHost: a\r\n\r\n",
		"404 keeps 0");
	check(&http_protocol, &plain, "POST /vendordata?a HTTP/1.1\r\nHost: a\r\n\r\n",
		"404 keeps 0");
	check(&http_protocol, &plain, POST "\r\n", "411 over 0");
	check(&http_protocol, &plain, POST "Transfer-Encoding: chunked\r\n\r\n", "411 over 0");
	check(&http_protocol, &plain, POST "Transfer-Encoding: gzip\r\n\r\n", "411 over 0");
	check(&http_protocol, &plain, POST "Transfer-Encoding: gzip\r\nContent-Length: 2\r\n\r\n",
		"411 over 0");
	check(&http_protocol, &plain, POST "Content-Length: 524289\r\n\r\n", "413 over 0");
	check(&metrics_protocol, &plain, "POST /metrics HTTP/1.1\r\nHost: a\r\n\r\n",
		"405 keeps 0");
	check(&metrics_protocol, &plain, "GET /vendordata HTTP/1.1\r\nHost: a\r\n\r\n",
		"404 keeps 0");
	check(&metrics_protocol, &plain,
		"GET /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", "400 over 0");
}

static void malformed(void **state)
{
	(void)state;
	check(&http_protocol, &plain, "POST /vendordata HTTP/1.1\r\nContent-Length: 2\r\n\r\n",
		"400 over 0");
	check(&http_protocol, &plain, POST "Host: b\r\nContent-Length: 2\r\n\r\n", "400 over 0");
	check(&http_protocol, &plain, POST "Content-Length: +2\r\n", "400 over 0");
	check(&http_protocol, &plain, POST "Content-Length: 2\r\nContent-Length: 3\r\n",
		"400 over 0");
	check(&http_protocol, &plain, POST "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
		"400 over 0");
	check(&http_protocol, &plain, POST "A : b\r\n", "400 over 0");
	check(&http_protocol, &plain, POST " b\r\n", "400 over 0");
	check(&http_protocol, &plain, "POST /vendordata HTTP/1.1\n", "400 over 0");
	check(&http_protocol, &plain, "\r\n", "400 over 0");
	check(&http_protocol, &plain, "POST /vendordata HTTP/2.0\r\n", "400 over 0");
	check(&http_protocol, &plain, "\x16\x03\x01", "400 over 0");
	check(&http_protocol, &plain, POST "Content-Length: 4\r\n\r\n{x", "400 over 0");
	check(&http_protocol, &plain, POST "Content-Length: 100\r\n\r\n{} ]", "400 over 0");
}

static void floods(void **state)
{
	char raw[2 * WEB_HEAD_MAX] = POST;
	unsigned i;

	(void)state;
	for (i = 0; i < WEB_FIELDS_MAX - 1; i++)
		strcat(raw, "a: b\r\n");
	check(&http_protocol, &plain, raw, "...");
	check(&http_protocol, &plain, strcat(raw, "a: b\r\n"), "400 over 0");
	strcpy(raw, POST);
	memset(raw + strlen(POST), 'a', WEB_LINE_MAX);
	check(&http_protocol, &plain, raw, "...");
	strcat(raw, "a");
	check(&http_protocol, &plain, raw, "400 over 0");
	sprintf(raw, POST "%s", "");
	for (i = 0; i < 6; i++)
		sprintf(raw + strlen(raw), "a: %01400d\r\n", 0);
	check(&http_protocol, &plain, raw, "400 over 0");
}

static void tokens(void **state)
{
	struct listen_options o = { .name = "http", .token = { .set = true } };

	(void)state;
	sha256("0123456789abcdef", 16, o.token.digest);
	check(&http_protocol, &o,
		"POST /vendordata/0123456789abcdef HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n",
		"...");
	check(&http_protocol, &o,
		"POST /cloud-init/0123456789abcdef HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n",
		"...");
	check(&http_protocol, &o, "POST /vendordata/0123456789abcdeg HTTP/1.1\r\nHost: a\r\n\r\n",
		"404 keeps 0");
	check(&http_protocol, &o, "POST /vendordata HTTP/1.1\r\nHost: a\r\n\r\n", "404 keeps 0");
	check(&http_protocol, &o, "POST /vendordata/ HTTP/1.1\r\nHost: a\r\n\r\n", "404 keeps 0");
	check(&http_protocol, &o, "POST /vendordata/0123456789abcdef/ HTTP/1.1\r\nHost: a\r\n\r\n",
		"404 keeps 0");
	check(&http_protocol, &o, "POST /vendordatax0123456789abcdef HTTP/1.1\r\nHost: a\r\n\r\n",
		"404 keeps 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("web: a request for a page is complete with its last byte, in pieces of any size",
			wanted),
		TEST("web: a wrong page, method, coding or length has a status of its own",
			unwanted),
		TEST("web: a malformed request ends the stream with 400", malformed),
		TEST("web: too many fields, too long a line and too long a head are refused",
			floods),
		TEST("web: without the token the page does not exist", tokens),
	};

	return cmocka_run_group_tests_name("web_request", tests, NULL, NULL);
}
