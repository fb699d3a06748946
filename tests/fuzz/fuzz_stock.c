/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is a meta_data.json. The guest's parser, which reads it as a stream, must reach the same verdict as
 * util/json.c, which needs the whole text, and must decode the same bytes as libsodium. Then the text is read as a file
 * of a drive, with the same result.
 *
 * If the last byte is 0xff, which no text has, it and the byte before it are not of the text. The lowest two bits of
 * that byte are one of enum drive; if the other bits are not zero, they say which read of the text fails.
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

enum drive { DRIVE_FILE, DRIVE_FOLDER, DRIVE_NO_FOLDER, DRIVE_TOO_LONG };

/* The sectors of the drive: three folders, and the file. */
enum { AT_ROOT, AT_OPENSTACK, AT_LATEST, AT_FILE };

struct memory {
	const uint8_t *data;
	size_t size;
	enum drive drive;
	unsigned reads, fails; /* the number of reads so far, and of the one that fails */
};

static int read_at(void *ctx, uint64_t off, void *buf, size_t len)
{
	struct memory *m = ctx;

	assert(off <= m->size && len <= m->size - off);
	if (++m->reads == m->fails)
		return -EIO;
	memcpy(buf, m->data + off, len);
	return 0;
}

static void put_both(uint8_t *p, uint32_t value)
{
	int i;

	for (i = 0; i < 4; i++)
		p[i] = p[7 - i] = (uint8_t)(value >> 8 * i);
}

static void put_entry(uint8_t *p, uint32_t lba, uint32_t len, bool is_dir, const char *name)
{
	const size_t n = strlen(name);

	p[0] = (uint8_t)(33 + n + (n % 2 == 0));
	put_both(p + 2, lba);
	put_both(p + 10, len);
	p[25] = is_dir ? 2 : 0;
	p[32] = (uint8_t)n;
	memcpy(p + 33, name, n);
}

/* Each folder has one entry. */
static int read_drive(void *ctx, uint64_t off, void *buf, size_t len)
{
	struct memory *m = ctx;

	if (off >= (uint64_t)AT_FILE * ISO_SECTOR) {
		assert(m->drive == DRIVE_FILE);
		return read_at(m, off - (uint64_t)AT_FILE * ISO_SECTOR, buf, len);
	}
	assert(off % ISO_SECTOR == 0 && len == ISO_SECTOR);
	memset(buf, 0, len);
	if (off / ISO_SECTOR == AT_ROOT)
		put_entry(buf, AT_OPENSTACK, ISO_SECTOR, true, "openstack");
	else if (off / ISO_SECTOR == AT_OPENSTACK)
		put_entry(buf, AT_LATEST, ISO_SECTOR, m->drive != DRIVE_NO_FOLDER, "latest");
	else
		put_entry(buf, AT_FILE,
			m->drive == DRIVE_TOO_LONG       ? STOCK_FILE_MAX + 1 :
				m->drive == DRIVE_FOLDER ? ISO_SECTOR :
							   (uint32_t)m->size,
			m->drive == DRIVE_FOLDER, "meta_data.json");
	return 0;
}

/* @r and @stock: the result of stock_scan() for the same text */
static void check_drive(struct memory *m, int r, const struct stock *stock)
{
	static uint8_t seed[STOCK_MAX];
	struct stock again = { .seed = seed };
	const struct iso_volume vol = { .in = { read_drive, m },
		.sectors = AT_FILE + STOCK_FILE_MAX / ISO_SECTOR + 1,
		.root = { .lba = AT_ROOT, .len = ISO_SECTOR, .is_dir = true } };
	int found;

	m->reads = 0;
	memset(seed, 0, sizeof(seed));
	found = stock_read(&vol, &again);
	if (m->drive == DRIVE_FILE) {
		assert(found == r && memcmp(again.uuid, stock->uuid, UUID_SIZE) == 0);
		assert(r < 0 || again.len == stock->len);
		assert(memcmp(seed, stock->seed, STOCK_MAX) == 0);
	} else {
		assert(found == (m->drive == DRIVE_TOO_LONG ? -EFBIG : -ENOENT));
	}
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
	struct memory memory = { .data = data };
	struct stock stock = { .seed = seed };
	struct json_span span;
	int expected, r;
	size_t i;

	if (size >= 2 && data[size - 1] == 0xff) {
		size -= 2;
		memory.drive = (enum drive)(data[size] & 3);
		memory.fails = data[size] >> 2;
	}
	memory.size = size;
	expected = json_find_string(text, size, KEY, &span);
	r = stock_scan((struct iso_input){ read_at, &memory }, size, &stock);
	if (memory.fails > 0 && memory.reads >= memory.fails)
		assert(r == -EIO && memory.reads == memory.fails);
	else if (expected < 0)
		assert(r == expected);
	else
		check_value(text, &span, r, &stock);
	if (r != -EIO && expected != -EBADMSG && expected != -ELOOP)
		check_uuid(text, size, &stock);
	for (i = 0; r < 0 && i < sizeof(seed); i++)
		assert(seed[i] == 0);
	check_drive(&memory, r, &stock);
	memset(seed, 0, sizeof(seed));
	return 0;
}
