/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/refresh/vendor.h"

#include <errno.h>
#include <string.h>

#include "guest/base64.h"
#include "guest/text.h"
#include "util/hex.h"
#include "util/json.h"

static const char *const keys[2] = { "seedrive_record", "seed_id" };

static int read_at(void *ctx, uint64_t off, void *buf, size_t len)
{
	memcpy(buf, (const char *)ctx + off, len);
	return 0;
}

/* Makes a reader for the characters between two quotes of @text; text_char() then decodes the escapes. */
static struct text text_of(const char *text, struct json_span span)
{
	return (struct text){ .in = { read_at, (void *)(text + span.at) }, .len = span.len };
}

static int decode_record(struct text t, struct vendor *ret)
{
	struct base64 b = { .out = ret->raw, .size = sizeof(ret->raw) };
	int r;

	while (text_peek(&t) != TEXT_END)
		base64_add(&b, text_char(&t));
	r = base64_end(&b);
	ret->len = b.len;
	explicit_bzero(&b, sizeof(b));
	explicit_bzero(&t, sizeof(t));
	return r;
}

static int decode_id(struct text t, struct vendor *ret)
{
	size_t i;

	for (i = 0; i < sizeof(ret->id); i++) {
		const int high = hex_digit(text_char(&t)), low = hex_digit(text_char(&t));

		if (high < 0 || low < 0)
			return -EILSEQ;
		ret->id[i] = (uint8_t)(high << 4 | low);
	}
	return text_peek(&t) == TEXT_END ? 0 : -EILSEQ;
}

int vendor_find(const char *text, size_t len, unsigned nth, struct vendor *ret)
{
	struct json_span span[2];
	int r = json_find_pair(text, len, keys, nth, span);

	if (r == 0)
		r = decode_id(text_of(text, span[1]), ret);
	if (r == 0)
		r = decode_record(text_of(text, span[0]), ret);
	return r;
}
