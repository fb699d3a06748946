/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/wire/record.h"
#include "util/sha256.h"

#include <errno.h>
#include <string.h>

#define FORMAT 1

/* Byte offsets of the fields; doc/seed-format.md has the same table. */
enum {
	AT_MAGIC = 0,
	AT_VERSION = 8,
	AT_HEADER_LEN = 10,
	AT_SEED_LEN = 12,
	AT_CREDIT_BITS = 16,
	AT_HARDWARE_BITS = 20,
	AT_ISSUED = 24,
	AT_TTL = 32,
	AT_SEED_ID = 36,
	AT_UUID = 52,
	AT_RESERVED = 68,
	AT_DIGEST = 96,
};

static const uint8_t magic[8] = { 'S', 'E', 'E', 'D', 'R', 'I', 'V', 'E' };
static const uint8_t magic_tombstone[8] = { 'S', 'E', 'E', 'D', 'G', 'O', 'N', 'E' };

static void put(uint8_t *p, size_t len, uint64_t value)
{
	for (; len > 0; len--, value >>= 8)
		*p++ = (uint8_t)value;
}

static uint64_t get(const uint8_t *p, size_t len)
{
	uint64_t value = 0;

	while (len > 0)
		value = value << 8 | p[--len];
	return value;
}

static bool all_zero(const uint8_t *p, size_t len)
{
	uint8_t any = 0;

	for (; len > 0; len--)
		any |= *p++;
	return any == 0;
}

/* The digest covers the part of the header before the digest field, and the seed. */
static void digest(const uint8_t *raw, size_t seed_len, uint8_t out[SHA256_SIZE])
{
	struct sha256 s;

	sha256_begin(&s);
	sha256_add(&s, raw, AT_DIGEST);
	sha256_add(&s, raw + RECORD_HEADER, seed_len);
	sha256_end(&s, out);
}

static bool seed_len_fits(uint64_t len)
{
	return len >= RECORD_BLOCK && len <= RECORD_BLOCKS_MAX * RECORD_BLOCK &&
		len % RECORD_BLOCK == 0;
}

static bool bits_fit(uint64_t bits, uint64_t seed_len)
{
	return bits <= seed_len / RECORD_BLOCK * RECORD_BLOCK_BITS;
}

size_t record_size(size_t seed_len)
{
	return (RECORD_HEADER + seed_len + RECORD_SECTOR - 1) / RECORD_SECTOR * RECORD_SECTOR;
}

int record_encode(const struct record *rec, uint8_t *out, size_t size)
{
	if (!seed_len_fits(rec->seed_len) || !bits_fit(rec->credit_bits, rec->seed_len) ||
		!bits_fit(rec->hardware_bits, rec->seed_len))
		return -EINVAL;
	if (size < record_size(rec->seed_len))
		return -ENOSPC;
	memset(out, 0, size);
	memcpy(out + AT_MAGIC, magic, sizeof(magic));
	put(out + AT_VERSION, 2, FORMAT);
	put(out + AT_HEADER_LEN, 2, RECORD_HEADER);
	put(out + AT_SEED_LEN, 4, rec->seed_len);
	put(out + AT_CREDIT_BITS, 4, rec->credit_bits);
	put(out + AT_HARDWARE_BITS, 4, rec->hardware_bits);
	put(out + AT_ISSUED, 8, rec->issued_at);
	put(out + AT_TTL, 4, rec->ttl);
	memcpy(out + AT_SEED_ID, rec->seed_id, RECORD_ID_SIZE);
	memcpy(out + AT_UUID, rec->uuid, UUID_SIZE);
	memcpy(out + RECORD_HEADER, rec->seed, rec->seed_len);
	digest(out, rec->seed_len, out + AT_DIGEST);
	return 0;
}

static int parse(const uint8_t *raw, size_t len, const uint8_t *as, struct record *ret)
{
	uint8_t sum[SHA256_SIZE];
	uint64_t seed_len, credit, hardware;

	if (len < RECORD_SECTOR || len > RECORD_SIZE_MAX || len % RECORD_SECTOR != 0)
		return -EMSGSIZE;
	if (memcmp(raw + AT_MAGIC, as, sizeof(magic)) != 0)
		return -ENOMSG;
	if (get(raw + AT_VERSION, 2) != FORMAT)
		return -EPROTONOSUPPORT;
	seed_len = get(raw + AT_SEED_LEN, 4);
	if (get(raw + AT_HEADER_LEN, 2) != RECORD_HEADER || !seed_len_fits(seed_len) ||
		RECORD_HEADER + seed_len > len)
		return -EMSGSIZE;
	credit = get(raw + AT_CREDIT_BITS, 4);
	hardware = get(raw + AT_HARDWARE_BITS, 4);
	if (!bits_fit(credit, seed_len) || !bits_fit(hardware, seed_len))
		return -ERANGE;
	if (!all_zero(raw + AT_RESERVED, AT_DIGEST - AT_RESERVED) ||
		!all_zero(raw + RECORD_HEADER + seed_len, len - RECORD_HEADER - seed_len))
		return -EINVAL;
	digest(raw, seed_len, sum);
	if (memcmp(sum, raw + AT_DIGEST, SHA256_SIZE) != 0)
		return -EBADMSG;
	*ret = (struct record){
		.credit_bits = (uint32_t)credit,
		.hardware_bits = (uint32_t)hardware,
		.issued_at = get(raw + AT_ISSUED, 8),
		.ttl = (uint32_t)get(raw + AT_TTL, 4),
		.seed = raw + RECORD_HEADER,
		.seed_len = seed_len,
	};
	memcpy(ret->seed_id, raw + AT_SEED_ID, RECORD_ID_SIZE);
	memcpy(ret->uuid, raw + AT_UUID, UUID_SIZE);
	return 0;
}

int record_parse_tombstone(const uint8_t *raw, size_t len, struct record *ret)
{
	struct record rec;
	int r = parse(raw, len, magic_tombstone, &rec);

	if (r < 0)
		return r;
	if (!all_zero(rec.seed, rec.seed_len))
		return -EINVAL;
	rec.seed = NULL;
	*ret = rec;
	return 0;
}

int record_parse(const uint8_t *raw, size_t len, struct record *ret)
{
	struct record tombstone;
	int r = parse(raw, len, magic, ret);

	return r == -ENOMSG && record_parse_tombstone(raw, len, &tombstone) == 0 ? -ESTALE : r;
}

void record_make_tombstone(uint8_t *raw, size_t len)
{
	const size_t seed_len = get(raw + AT_SEED_LEN, 4);

	memcpy(raw + AT_MAGIC, magic_tombstone, sizeof(magic_tombstone));
	explicit_bzero(raw + RECORD_HEADER, len - RECORD_HEADER);
	digest(raw, seed_len, raw + AT_DIGEST);
}

bool record_bound(const struct record *rec)
{
	return !all_zero(rec->uuid, UUID_SIZE);
}

const char *record_why(int err)
{
	switch (err) {
	case -ENOMSG:
		return "no record magic";
	case -ESTALE:
		return "spent: its seed was overwritten after use";
	case -EPROTONOSUPPORT:
		return "unknown version";
	case -EMSGSIZE:
		return "wrong length";
	case -ERANGE:
		return "claims more bits than its seed can hold";
	case -EINVAL:
		return "reserved bytes are not zero";
	case -EBADMSG:
		return "digest does not match";
	case -ENODATA:
		return "the image ends before it";
	default:
		return "cannot be read";
	}
}
