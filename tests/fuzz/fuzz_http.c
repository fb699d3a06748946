/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is what arrives on a connection that speaks HTTP. Its first byte decides in which pieces the rest arrives,
 * and whether a client sends it to the daemon, or a server to a client. Debian's libhttp-parser is the referee: if our
 * code accepts a message, the referee must accept it, too, with the same fields, body and end. Our code may refuse
 * more.
 *
 * FUZZ_WITH: util/wire/http.c util/wire/http_body.c util/hex.c serve/web_request.c serve/member.c -lhttp_parser
 */
/* Our headers and those of the referee both have a type with this name. */
#define http_status http_parser_status
#include <http_parser.h>
#undef http_status

#include "serve/web_request.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A message: its fields as one text, in lines of "name:value\n", and its body. */
struct said {
	uint8_t *fields, *body;
	size_t fields_len, body_len, value_at;
	bool in_value, done, odd, misread;
};

static void add(struct said *s, const char *at, size_t len)
{
	memcpy(s->fields + s->fields_len, at, len);
	s->fields_len += len;
}

/* Our code gives a value without trailing blanks, so they are removed here, too. */
static void end_value(struct said *s)
{
	if (!s->in_value)
		return;
	while (s->fields_len > s->value_at &&
		(s->fields[s->fields_len - 1] == ' ' || s->fields[s->fields_len - 1] == '\t'))
		s->fields_len--;
	add(s, "\n", 1);
	s->in_value = false;
}

static int on_field(http_parser *p, const char *at, size_t len)
{
	struct said *s = p->data;

	end_value(s);
	add(s, at, len);
	return 0;
}

static int on_value(http_parser *p, const char *at, size_t len)
{
	struct said *s = p->data;

	if (!s->in_value) {
		add(s, ":", 1);
		s->value_at = s->fields_len;
	}
	s->in_value = true;
	add(s, at, len);
	return 0;
}

static int on_body(http_parser *p, const char *at, size_t len)
{
	struct said *s = p->data;

	memcpy(s->body + s->body_len, at, len);
	s->body_len += len;
	return 0;
}

static int on_head(http_parser *p)
{
	end_value(p->data);
	return 0;
}

static int on_whole(http_parser *p)
{
	struct said *s = p->data;

	end_value(s);
	s->done = true;
	http_parser_pause(p, 1);
	return 0;
}

static struct said said_new(size_t len)
{
	/* A field whose line has no blank after the colon needs two bytes more here than the line has without its
	 * end. */
	return (struct said){ .fields = malloc(2 * len + 16), .body = malloc(len + 1) };
}

static void said_free(struct said *s)
{
	free(s->fields);
	free(s->body);
}

/* Has the referee parse the message. @ret: how many bytes it has. */
static enum http_errno judge(enum http_parser_type type, http_parser *p, struct said *s,
	const uint8_t *raw, size_t len, size_t *ret)
{
	static const http_parser_settings settings = {
		.on_header_field = on_field,
		.on_header_value = on_value,
		.on_headers_complete = on_head,
		.on_body = on_body,
		.on_message_complete = on_whole,
	};

	http_parser_init(p, type);
	p->data = s;
	*ret = http_parser_execute(p, &settings, (const char *)raw, len);
	/* If a message ends with its head or with chunks, the referee does not count its last byte. */
	return HTTP_PARSER_ERRNO(p);
}

/* The referee refuses a length that occurs twice or in a trailer, even if all lengths are equal. */
static bool is_stricter(enum http_errno e)
{
	return e == HPE_UNEXPECTED_CONTENT_LENGTH || e == HPE_INVALID_CONTENT_LENGTH;
}

/* --- the head, with util/wire/http.h alone --- */

/* Has the list an empty element? The referee reads the comma after an empty element as the beginning of the next
 * element. */
static bool has_empty_element(struct http_text list)
{
	bool empty = true;
	size_t i;

	for (i = 0; i < list.len; i++) {
		if (list.at[i] == ',' && empty)
			return true;
		empty = list.at[i] == ',' || (empty && list.at[i] == ' ');
	}
	return false;
}

static bool keep_field(struct said *s, const struct http_line *line)
{
	struct http_field f;

	if (http_field(line, &f) < 0)
		return false;
	add(s, f.name.at, f.name.len);
	add(s, ":", 1);
	add(s, f.value.at, f.value.len);
	add(s, "\n", 1);
	/* The referee accepts any name that begins with "transfer-encoding" as that name. */
	s->misread |= f.name.len > 17 && strncasecmp(f.name.at, "transfer-encoding", 17) == 0;
	/* The referee treats Proxy-Connection as Connection; and it does not accept tabs between tokens. */
	s->odd |= http_is_name(f.name, "proxy-connection") ||
		(http_is_name(f.name, "connection") &&
			(http_find(f.value, '\t') || has_empty_element(f.value)));
	return true;
}

/* Parses the fields and framing of a head that was accepted. Returns: its length; 0: it is incomplete or malformed. */
static size_t read_head(const uint8_t *raw, size_t len, struct said *s,
	struct http_framing *framing, struct http_line *first)
{
	char *text = malloc(len + 1);
	struct http_line line = { .text = text, .size = len + 1 };
	struct http_field field;
	size_t at, used;
	int r = http_line_take(&line, raw, len, &at);

	if (r == 1 && first->size == 0) {
		struct http_status status;

		r = http_status(&line, &status) == 0 && status.code >= 200 && status.code != 204 &&
			status.code != 304;
		framing->minor = status.minor;
	}
	while (r == 1 && (r = http_line_take(&line, raw + at, len - at, &used)) == 1) {
		at += used;
		if (line.len == 0)
			break;
		if (!keep_field(s, &line) || http_field(&line, &field) < 0 ||
			http_framing_add(framing, &field) < 0)
			r = -1;
	}
	free(text);
	return r == 1 ? at : 0;
}

/* --- a client --- */

static int route(const struct listen_options *o, struct http_text target)
{
	(void)o;
	return target.at[0] == '/' ? 0 : -ENOENT;
}

static void answer(
	struct web *w, const struct web_request *q, int64_t now_ms, struct web_answer *ret)
{
	(void)w, (void)q, (void)now_ms, (void)ret;
}

static const struct web_site sites[] = { { route, true, true, answer },
	{ route, false, false, answer } };

/* Parses one request in pieces, each in a buffer of just its size. Returns: whether the request is complete. */
static bool take(struct web_request *q, const struct web_site *site, const uint8_t *raw, size_t len,
	size_t piece, size_t *ret_at)
{
	size_t at = 0, used;
	bool whole = false;

	while (at < len && !whole) {
		const size_t n = piece < len - at ? piece : len - at;
		uint8_t *copy = malloc(n);

		memcpy(copy, raw + at, n);
		whole = web_request_take(q, site, NULL, copy, n, &used);
		assert(used <= n && (whole || used == n));
		free(copy);
		at += used;
	}
	*ret_at = at;
	return whole;
}

static void check_request(const struct web_request *q, const uint8_t *raw, size_t len)
{
	struct said theirs = said_new(len), ours = said_new(len);
	struct http_framing framing = { .minor = q->framing.minor };
	struct http_line request = { .size = 1 };
	http_parser p;
	size_t end;
	const enum http_errno e = judge(HTTP_REQUEST, &p, &theirs, raw, len, &end);
	const size_t head = read_head(raw, len, &ours, &framing, &request);

	assert(head > 0 && head + (framing.has_length ? framing.length : 0) == len);
	if (!is_stricter(e) && !ours.misread && !p.upgrade) {
		assert(e == HPE_PAUSED && theirs.done);
		assert(end == len || end == len - 1);
		assert(theirs.body_len == framing.length);
		assert(memcmp(theirs.body, raw + head, theirs.body_len) == 0);
		assert(theirs.fields_len == ours.fields_len);
		assert(memcmp(theirs.fields, ours.fields, ours.fields_len) == 0);
		assert(p.http_major == 1 && p.http_minor == q->framing.minor);
		assert(strcmp(http_method_str(p.method),
			       q->method == WEB_POST        ? "POST" :
				       q->method == WEB_GET ? "GET" :
							      "HEAD") == 0);
		if (q->framing.minor > 0 && !ours.odd)
			assert(web_request_keeps(q) == !!http_should_keep_alive(&p));
	}
	said_free(&theirs);
	said_free(&ours);
}

static void client(const uint8_t *data, size_t size, size_t piece, const struct web_site *site)
{
	char *text = malloc(WEB_LINE_MAX + 1), *other = malloc(WEB_LINE_MAX + 1);
	size_t at = 0, n, m;

	while (at < size) {
		struct web_request q = { .line = { .text = text, .size = WEB_LINE_MAX + 1 } };
		struct web_request once = { .line = { .text = other, .size = WEB_LINE_MAX + 1 } };
		const bool whole = take(&q, site, data + at, size - at, piece, &n);

		/* In one piece, the result must be the same; if the stream is over, the number of bytes does not
		 * matter. */
		assert(take(&once, site, data + at, size - at, size, &m) == whole);
		assert(q.over || n == m);
		assert(q.status == once.status && q.over == once.over);
		/* Of a head that is both too long and malformed, either reason may be given. */
		assert(q.why == once.why || (q.head > WEB_HEAD_MAX && once.head > WEB_HEAD_MAX));
		if (!whole)
			break;
		if (q.status == 0)
			check_request(&q, data + at, n);
		assert(q.status == 0 || q.status == 400 || q.status == 404 || q.status == 405 ||
			q.status == 411 || q.status == 413);
		at += n;
		if (!web_request_keeps(&q))
			break;
	}
	free(text);
	free(other);
}

/* --- a server --- */

static int take_body(const struct http_framing *framing, bool is_answer, const uint8_t *raw,
	size_t len, size_t piece, struct said *ours, size_t *ret_at)
{
	struct http_body body;
	struct http_text text;
	size_t at = 0, used;
	int r;

	http_body_begin(&body, framing, is_answer);
	r = http_body_take(&body, raw, 0, &used, &text);
	while (at < len && r == 0) {
		const size_t n = piece < len - at ? piece : len - at;
		uint8_t *copy = malloc(n);

		memcpy(copy, raw + at, n);
		r = http_body_take(&body, copy, n, &used, &text);
		assert(used <= n && (used > 0 || r != 0) && text.len <= used);
		if (text.len > 0)
			memcpy(ours->body + ours->body_len, text.at, text.len);
		ours->body_len += text.len;
		free(copy);
		at += used;
	}
	*ret_at = at;
	return r;
}

/* As the body of a request, it must be the same, unless its end is that of the connection: then a request has none. */
static void check_other(const struct http_framing *framing, const uint8_t *raw, size_t len,
	size_t piece, const struct said *ours, int want, size_t want_at)
{
	struct said other = said_new(len);
	size_t at;
	const int r = take_body(framing, false, raw, len, piece, &other, &at);

	if (framing->has_length || framing->chunked) {
		assert(r == want && at == want_at && other.body_len == ours->body_len);
		assert(memcmp(other.body, ours->body, ours->body_len) == 0);
	} else {
		assert(r == 1 && at == 0 && other.body_len == 0);
	}
	said_free(&other);
}

/* The referee ignores "close" in an answer of HTTP/1.0. */
static void check_keeps(const struct http_framing *framing, const http_parser *p)
{
	if (!framing->close)
		assert(http_framing_keeps(framing) == !!http_should_keep_alive(p));
	else
		assert(!http_framing_keeps(framing));
}

static void server(const uint8_t *data, size_t size, size_t piece)
{
	struct said theirs = said_new(size), ours = said_new(size), once = said_new(size);
	struct http_framing framing = { 0 };
	struct http_line status = { .size = 0 };
	const size_t head = read_head(data, size, &ours, &framing, &status);
	size_t at, again, end;
	http_parser p;
	int r;

	if (head > 0) {
		r = take_body(&framing, true, data + head, size - head, piece, &ours, &at);
		assert(take_body(&framing, true, data + head, size - head, size, &once, &again) ==
				r &&
			at == again);
		assert(ours.body_len == once.body_len &&
			memcmp(ours.body, once.body, ours.body_len) == 0);
		check_other(&framing, data + head, size - head, piece, &ours, r, at);
		if (r == 1) {
			const enum http_errno e =
				judge(HTTP_RESPONSE, &p, &theirs, data, head + at, &end);

			if (!is_stricter(e) && !ours.misread && !p.upgrade) {
				assert(e == HPE_PAUSED && theirs.done &&
					(end == head + at || end + 1 == head + at));
				assert(theirs.body_len == ours.body_len);
				assert(memcmp(theirs.body, ours.body, ours.body_len) == 0);
				/* The referee also obeys a Connection field in a trailer. */
				if (!ours.odd && theirs.fields_len == ours.fields_len)
					check_keeps(&framing, &p);
				/* The referee's text also has the fields of the trailer, at the end. */
				assert(theirs.fields_len >= ours.fields_len);
				assert(memcmp(theirs.fields, ours.fields, ours.fields_len) == 0);
			}
		}
	}
	said_free(&theirs);
	said_free(&ours);
	said_free(&once);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece;

	if (size < 2)
		return 0;
	piece = 1 + data[0] / 3;
	if (data[0] % 3 == 2)
		server(data + 1, size - 1, piece);
	else
		client(data + 1, size - 1, piece, sites + data[0] % 3);
	return 0;
}
