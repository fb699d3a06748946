/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is a meta_data.json. The guest's parser, which reads it as a stream, must reach the same verdict as
 * util/json.c, which needs the whole text, and must decode the same bytes as libsodium.
 *
 * FUZZ_WITH: guest/base64.c guest/stock.c guest/text.c iso/read.c util/json.c util/utf8.c util/hex.c -lsodium
 */
#include "guest/stock.h"
#include "util/json.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>

#define KEY "random_seed"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	const uint8_t *data;
	size_t size;
};

static int read_at(void *ctx, uint64_t off, void *buf, size_t len)
{
	const struct memory *m = ctx;

	assert(off <= m->size && len <= m->size - off);
	memcpy(buf, m->data + off, len);
	return 0;
}

/* Decodes the value with libsodium, too. Only the guest's parser decodes escapes in it. */
static void check_value(
	const char *text, const struct json_span *span, int r, const struct stock *stock)
{
	static uint8_t value[STOCK_MAX + 1024];
	size_t len, i;
	int expected;

	if (memchr(text + span->at, '\\', span->len))
		return;
	/* libsodium accepts some bytes above 127 as digits. */
	for (i = 0; i < span->len; i++)
		if (text[span->at + i] & 0x80) {
			assert(r == -EILSEQ || r == -E2BIG);
			return;
		}
	expected = sodium_base642bin(value, sizeof(value), text + span->at, span->len, NULL, &len,
		NULL, sodium_base64_VARIANT_ORIGINAL);
	if (expected == 0 && len <= STOCK_MAX) {
		assert(r == 0 && stock->len == len && memcmp(stock->seed, value, len) == 0);
	} else {
		assert(r == -EILSEQ || (r == -E2BIG && span->len > STOCK_MAX));
	}
}

static void check_uuid(const char *text, size_t len, const struct stock *stock)
{
	uint8_t uuid[UUID_SIZE] = { 0 };
	struct json_span span;

	if (json_find_string(text, len, "uuid", &span) < 0) {
		assert(memcmp(stock->uuid, uuid, UUID_SIZE) == 0);
		return;
	}
	if (memchr(text + span.at, '\\', span.len))
		return;
	(void)uuid_parse(text + span.at, span.len, uuid);
	assert(memcmp(stock->uuid, uuid, UUID_SIZE) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t seed[STOCK_MAX + 16];
	const char *text = (const char *)data;
	struct memory memory = { data, size };
	struct stock stock = { .seed = seed };
	struct json_span span;
	int expected = json_find_string(text, size, KEY, &span);
	int r = stock_scan((struct iso_input){ read_at, &memory }, size, &stock);
	size_t i;

	if (expected < 0)
		assert(r == expected);
	else
		check_value(text, &span, r, &stock);
	if (expected != -EBADMSG && expected != -ELOOP)
		check_uuid(text, size, &stock);
	for (i = 0; r < 0 && i < sizeof(seed); i++)
		assert(seed[i] == 0);
	memset(seed, 0, sizeof(seed));
	return 0;
}
