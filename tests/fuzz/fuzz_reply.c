/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is a byte that decides in which pieces the rest arrives, and the bytes that a server sends. With pieces of
 * any size, the verdict and the body must be the same, and no memory except the body's may be written. http-parser
 * (Debian's libhttp-parser) accepts more; if our code accepts a body, http-parser must find the same body. If the highest
 * bit of the first byte is set, each byte 0x1a stands for 64 KiB of the letter x, so that a body can be too long.
 *
 * FUZZ_WITH: guest/refresh/reply.c util/wire/http.c util/wire/http_body.c util/hex.c -lhttp_parser
 */
#include "guest/refresh/reply.h"

#include <assert.h>
#include <errno.h>
#define http_status referee_status /* http-parser has a type of this name, too */
#include <http_parser.h>
#undef http_status
#include <stdlib.h>
#include <string.h>

#define GUARD 0x5a
#define GUARDED \
	64 /* bytes after the body, which must not be written; the body is no longer than the input */
#define LONG      0x80
#define RUN       0x1a
#define RUN_BYTES (64u << 10)
#define RUNS_MAX  6
#define INPUT_MAX (RUNS_MAX * RUN_BYTES + 4096)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
	int r;
	unsigned code;
	size_t len;
	uint8_t *body;
};

/* Each piece is in a buffer of just its size, so that a sanitizer finds a read beyond it. */
static int take(struct reply *reply, const uint8_t *data, size_t len)
{
	uint8_t *piece = malloc(len ? len : 1);
	int r;

	assert(piece);
	memcpy(piece, data, len);
	r = reply_take(reply, piece, len);
	free(piece);
	return r;
}

static void read_reply(
	const uint8_t *data, size_t size, size_t piece, uint8_t *body, struct outcome *ret)
{
	static struct reply reply;
	size_t at = 0;
	int r = 0;

	memset(body, GUARD, (size < REPLY_BODY_MAX ? size : REPLY_BODY_MAX) + GUARDED);
	reply_begin(&reply, body);
	while (at < size && r == 0) {
		const size_t n = piece < size - at ? piece : size - at;

		r = take(&reply, data + at, n);
		at += n;
	}
	/* Anything after a complete answer with a body is an error, no matter when it arrives. */
	if (r == 1 && at < size && reply.code == 200)
		r = -EBADMSG;
	assert(reply.len <= REPLY_BODY_MAX);
	for (at = reply.len; at < reply.len + GUARDED; at++)
		assert(body[at] == GUARD);
	*ret = (struct outcome){ r, reply.code, reply.len, body };
}

struct referee {
	const uint8_t *body;
	size_t len, at;
	bool over;
};

static int on_body(http_parser *p, const char *at, size_t len)
{
	struct referee *f = p->data;

	assert(len <= f->len - f->at && memcmp(f->body + f->at, at, len) == 0);
	f->at += len;
	return 0;
}

static int on_end(http_parser *p)
{
	((struct referee *)p->data)->over = true;
	return 0;
}

static void check_referee(const uint8_t *data, size_t size, const struct outcome *o)
{
	const http_parser_settings settings = { .on_body = on_body, .on_message_complete = on_end };
	struct referee f = { .body = o->body, .len = o->len };
	http_parser p;
	size_t n;

	http_parser_init(&p, HTTP_RESPONSE);
	p.data = &f;
	n = http_parser_execute(&p, &settings, (const char *)data, size);
	/* http-parser refuses a length that occurs twice with the same value, which RFC 9112, section 6.3, allows; and
	 * it reads a length in a trailer. */
	if (p.http_errno == HPE_UNEXPECTED_CONTENT_LENGTH ||
		(p.http_errno == HPE_INVALID_CONTENT_LENGTH && p.flags & F_CHUNKED))
		return;
	assert(n == size && p.http_errno == HPE_OK && p.status_code == o->code);
	assert(f.over && f.at == o->len);
}

static void check(const uint8_t *data, size_t size, size_t piece)
{
	static uint8_t whole_body[REPLY_BODY_MAX + GUARDED], cut_body[REPLY_BODY_MAX + GUARDED];
	struct outcome whole, cut;

	read_reply(data, size, size, whole_body, &whole);
	read_reply(data, size, piece, cut_body, &cut);
	assert(whole.r == cut.r && whole.code == cut.code);
	if (whole.r < 0)
		return;
	assert(whole.len == cut.len && memcmp(whole.body, cut.body, whole.len) == 0);
	if (whole.r == 1 && whole.code == 200)
		check_referee(data, size, &whole);
}

/* Copies the input, and writes out each byte that stands for a run. Returns the length of the copy. */
static size_t write_out(uint8_t *out, const uint8_t *data, size_t size)
{
	size_t i, len = 0, runs = 0;

	for (i = 0; i < size; i++) {
		if (data[i] == RUN && runs < RUNS_MAX) {
			memset(out + len, 'x', RUN_BYTES);
			len += RUN_BYTES;
			runs++;
		} else {
			out[len++] = data[i];
		}
	}
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t input[INPUT_MAX];

	if (size < 2 || size > INPUT_MAX - RUNS_MAX * RUN_BYTES)
		return 0;
	if (data[0] & LONG)
		check(input, write_out(input, data + 1, size - 1), 1 + data[0] % 16);
	else
		check(data + 1, size - 1, 1 + data[0] % 16);
	return 0;
}
