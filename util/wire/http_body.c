/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/wire/http.h"

#include <errno.h>
#include <string.h>

void http_body_begin(struct http_body *body, const struct http_framing *framing, bool answer)
{
	memset(body, 0, sizeof(*body));
	body->line.text = body->text;
	body->line.size = sizeof(body->text);
	body->left = framing->has_length ? framing->length : 0;
	if (framing->chunked)
		body->state = HTTP_BODY_SIZE;
	else if (answer && !framing->has_length)
		body->state = HTTP_BODY_UNTIL_END;
	else
		body->state = body->left > 0 ? HTTP_BODY_DATA : HTTP_BODY_DONE;
}

/* Parses the line before a chunk: "1f" or "1f;name=value". */
static int begin_chunk(struct http_body *body)
{
	struct http_text size = { body->text, body->line.len };
	const char *const extension = http_find(size, ';');

	if (extension)
		size.len = (size_t)(extension - body->text);
	if (http_hex(size, INT64_MAX, &body->left) < 0)
		return -EBADMSG;
	body->state = body->left > 0 ? HTTP_BODY_DATA : HTTP_BODY_TRAILER;
	return 0;
}

static int end_trailer(struct http_body *body)
{
	struct http_field field;

	if (body->line.len == 0) {
		body->state = HTTP_BODY_DONE;
		return 0;
	}
	if (++body->trailers > HTTP_TRAILER_MAX)
		return -EMSGSIZE;
	return http_field(&body->line, &field);
}

/* Called when a line of the framing is complete. */
static int end_line(struct http_body *body)
{
	switch (body->state) {
	case HTTP_BODY_DATA_END:
		body->state = HTTP_BODY_SIZE;
		return body->line.len == 0 ? 0 : -EBADMSG;
	case HTTP_BODY_SIZE:
		return begin_chunk(body);
	default:
		return end_trailer(body);
	}
}

static size_t take_data(
	struct http_body *body, const uint8_t *raw, size_t len, struct http_text *ret)
{
	size_t n = len;

	if (body->state == HTTP_BODY_DATA) {
		if (n > body->left)
			n = (size_t)body->left;
		body->left -= n;
		/* A body of chunks: the size of this one was read as a line. A body with a length has no lines. */
		if (body->left == 0)
			body->state = body->line.whole ? HTTP_BODY_DATA_END : HTTP_BODY_DONE;
	}
	*ret = (struct http_text){ (const char *)raw, n };
	return n;
}

int http_body_take(struct http_body *body, const uint8_t *raw, size_t len, size_t *ret_used,
	struct http_text *ret_data)
{
	size_t i = 0, used;
	int r = 0;

	*ret_data = (struct http_text){ (const char *)raw, 0 };
	while (i < len && r >= 0 && body->state != HTTP_BODY_DONE) {
		if (body->state == HTTP_BODY_DATA || body->state == HTTP_BODY_UNTIL_END) {
			i += take_data(body, raw + i, len - i, ret_data);
			break;
		}
		r = http_line_take(&body->line, raw + i, len - i, &used);
		i += used;
		if (r == 1)
			r = end_line(body);
	}
	*ret_used = i;
	return r < 0 ? r : body->state == HTTP_BODY_DONE;
}
