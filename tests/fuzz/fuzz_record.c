/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is the file of a record, and may end within the padding. record_parse() must accept what record_encode()
 * writes, and nothing else. record_why() must have a text of its own for each error.
 *
 * FUZZ_WITH: util/wire/record.c
 */
#include "util/wire/record.h"
#include "util/sha256.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A replacement for util/sha256.c, which would take nine tenths of the time and has its own tests. Each step can be
 * reversed, so two inputs of the same length that differ in one byte never have the same sum. */
#define PLAIN __attribute__((no_sanitize("address", "undefined", "coverage")))

PLAIN void sha256_begin(struct sha256 *s)
{
	s->len = 0xcbf29ce484222325;
}

PLAIN void sha256_add(struct sha256 *s, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < len; i++)
		s->len = (s->len ^ p[i]) * 0x100000001b3;
}

PLAIN void sha256_end(struct sha256 *s, uint8_t out[SHA256_SIZE])
{
	memset(out, 0, SHA256_SIZE);
	memcpy(out, &s->len, sizeof(s->len));
}

PLAIN void sha256(const void *data, size_t len, uint8_t out[SHA256_SIZE])
{
	struct sha256 s;

	sha256_begin(&s);
	sha256_add(&s, data, len);
	sha256_end(&s, out);
}

static uint64_t number(const uint8_t *p, size_t len)
{
	uint64_t value = 0;

	while (len > 0)
		value = value << 8 | p[--len];
	return value;
}

/* Does encoding the fields again give exactly these bytes? */
static bool is_encoded(const uint8_t *raw, size_t len)
{
	static uint8_t again[RECORD_SIZE_MAX];
	struct record rec = { 0 };

	if (len < RECORD_SECTOR || len > RECORD_SIZE_MAX || len % RECORD_SECTOR != 0)
		return false;
	rec.seed_len = number(raw + 12, 4);
	if (rec.seed_len > len - RECORD_HEADER)
		return false;
	rec.credit_bits = (uint32_t)number(raw + 16, 4);
	rec.hardware_bits = (uint32_t)number(raw + 20, 4);
	rec.issued_at = number(raw + 24, 8);
	rec.ttl = (uint32_t)number(raw + 32, 4);
	memcpy(rec.seed_id, raw + 36, RECORD_ID_SIZE);
	memcpy(rec.uuid, raw + 52, UUID_SIZE);
	rec.seed = raw + RECORD_HEADER;
	return record_encode(&rec, again, len) == 0 && memcmp(again, raw, len) == 0;
}

/* A tombstone has zeros in place of the seed. */
static bool is_zero(const uint8_t *p, size_t len)
{
	while (len > 0 && p[len - 1] == 0)
		len--;
	return len == 0;
}

/* A tombstone keeps the fields of the record, and no file is both a record and a tombstone. */
static void check_buried(const uint8_t *raw, size_t len, const struct record *rec)
{
	static uint8_t grave[RECORD_SIZE_MAX];
	struct record buried, again;

	memcpy(grave, raw, len);
	record_make_tombstone(grave, len);
	assert(record_parse(grave, len, &again) == -ESTALE);
	assert(record_parse_tombstone(grave, len, &buried) == 0 && !buried.seed);
	assert(memcmp(buried.seed_id, rec->seed_id, RECORD_ID_SIZE) == 0);
	assert(buried.issued_at == rec->issued_at && buried.ttl == rec->ttl);
	assert(record_parse_tombstone(raw, len, &buried) == -ENOMSG);
}

static bool check(const uint8_t *raw, size_t len)
{
	struct record rec, before;
	int r;

	memset(&rec, 0xa5, sizeof(rec));
	before = rec;
	r = record_parse(raw, len, &rec);
	assert((r == 0) == is_encoded(raw, len));
	if (r < 0) {
		assert(memcmp(&rec, &before, sizeof(rec)) == 0);
		assert(strcmp(record_why(r), record_why(-EIO)) != 0);
		assert((r == -ESTALE) == (record_parse_tombstone(raw, len, &rec) == 0));
		assert(r != -ESTALE || is_zero(raw + RECORD_HEADER, len - RECORD_HEADER));
		return false;
	}
	assert(rec.seed == raw + RECORD_HEADER && rec.seed_len <= len - RECORD_HEADER);
	/* The encoder and the parser share these ranges, so they are compared with doc/seed-format.md here. */
	assert(rec.seed_len % 64 == 0 && rec.seed_len >= 64 && rec.seed_len <= 4096);
	assert(rec.credit_bits <= 4 * rec.seed_len && rec.hardware_bits <= 4 * rec.seed_len);
	assert(record_bound(&rec) == (memcmp(rec.uuid, (uint8_t[UUID_SIZE]){ 0 }, UUID_SIZE) != 0));
	check_buried(raw, len, &rec);
	assert(record_encode(&rec, NULL, record_size(rec.seed_len) - 1) == -ENOSPC);
	return true;
}

/* The errors of record_parse(), -ENODATA, which the callers of record_why() add, and any other error. */
static void check_texts(void)
{
	static const int errors[] = { -ENOMSG, -ESTALE, -EPROTONOSUPPORT, -EMSGSIZE, -ERANGE,
		-EINVAL, -EBADMSG, -ENODATA, -EIO };
	size_t i, j;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		for (j = 0; j < i; j++)
			assert(strcmp(record_why(errors[i]), record_why(errors[j])) != 0);
}

/* Sets the digest, so that mutations are not refused because of it. */
static void repair(uint8_t *raw, size_t len)
{
	static uint8_t joined[96 + RECORD_SIZE_MAX + RECORD_SECTOR];
	uint64_t seed_len = number(raw + 12, 4);

	if (seed_len > len - RECORD_HEADER)
		return;
	memcpy(joined, raw, 96);
	memcpy(joined + 96, raw + RECORD_HEADER, seed_len);
	sha256(joined, 96 + seed_len, raw + 96);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *raw, sum[SHA256_SIZE];
	uint64_t pick;
	size_t len;

	check_texts();
	check(data, size);
	sha256(data, size, sum);
	pick = number(sum, 4);
	len = (size / RECORD_SECTOR + 1 + pick % 3) * RECORD_SECTOR;
	if (len > RECORD_SIZE_MAX + RECORD_SECTOR) /* one sector too many must be refused */
		return 0;
	raw = calloc(1, len);
	assert(raw);
	memcpy(raw, data, size);
	repair(raw, len);
	if (check(raw, len)) {
		raw[pick % len] ^= (uint8_t)(1 << (pick >> 24) % 8);
		assert(!check(raw, len));
	}
	free(raw);
	return 0;
}
