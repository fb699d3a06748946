/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/refresh/reply.h"

#include <errno.h>
#include <string.h>

#define CODE_OK 200

void reply_begin(struct reply *reply, uint8_t *out)
{
	memset(reply, 0, sizeof(*reply));
	reply->out = out;
	reply->line = (struct http_line){ .text = reply->text, .size = sizeof(reply->text) };
}

static int take_status(struct reply *reply)
{
	struct http_status status;
	int r = http_status(&reply->line, &status);

	if (r < 0)
		return r;
	reply->code = status.code;
	reply->framing.minor = status.minor;
	reply->state = status.code == CODE_OK ? REPLY_FIELDS : REPLY_DONE;
	return 0;
}

static int begin_body(struct reply *reply)
{
	const struct http_framing *f = &reply->framing;

	if (!f->has_length && !f->chunked)
		return -ENODATA;
	if (f->length > REPLY_BODY_MAX)
		return -EFBIG;
	http_body_begin(&reply->body, f, true);
	reply->state = REPLY_BODY;
	return 0;
}

static int take_field(struct reply *reply)
{
	struct http_field field;
	int r;

	if (reply->line.len == 0)
		return begin_body(reply);
	if (++reply->fields > REPLY_FIELDS_MAX)
		return -EMSGSIZE;
	r = http_field(&reply->line, &field);
	if (r < 0)
		return r;
	if (http_is_name(field.name, "content-encoding") && !http_is_name(field.value, "identity"))
		return -ENOTSUP;
	return http_framing_add(&reply->framing, &field);
}

/* Parses lines of the head, until the body begins or @raw ends. @ret_used: how many bytes of @raw were used. */
static int take_head(struct reply *reply, const uint8_t *raw, size_t len, size_t *ret_used)
{
	size_t used;
	int r = 0;

	for (*ret_used = 0; reply->state < REPLY_BODY && *ret_used < len && r >= 0;) {
		r = http_line_take(&reply->line, raw + *ret_used, len - *ret_used, &used);
		*ret_used += used;
		if (r == 1)
			r = reply->state == REPLY_STATUS ? take_status(reply) : take_field(reply);
	}
	return r;
}

static int add(struct reply *reply, struct http_text piece)
{
	if (piece.len > REPLY_BODY_MAX - reply->len)
		return -EFBIG;
	if (piece.len > 0) /* the address of an empty piece may be NULL */
		memcpy(reply->out + reply->len, piece.at, piece.len);
	reply->len += piece.len;
	return 0;
}

/* Takes bytes of the body. It must be called even if the body is empty, because only this call completes it. */
static int take_body(struct reply *reply, const uint8_t *raw, size_t len)
{
	struct http_text piece;
	size_t at = 0, used;
	int r, added;

	do {
		r = http_body_take(&reply->body, raw + at, len - at, &used, &piece);
		added = r < 0 ? 0 : add(reply, piece);
		at += used;
	} while (r == 0 && added == 0 && at < len);
	if (r < 0 || added < 0)
		return r < 0 ? r : added;
	if (r == 1)
		reply->state = REPLY_DONE;
	return at < len ? -EBADMSG : r;
}

int reply_take(struct reply *reply, const uint8_t *raw, size_t len)
{
	size_t used;
	int r = take_head(reply, raw, len, &used);

	if (r < 0)
		return r;
	if (reply->state == REPLY_BODY)
		return take_body(reply, raw + used, len - used);
	return reply->state == REPLY_DONE;
}
