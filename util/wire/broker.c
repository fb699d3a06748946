/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/wire/broker.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { REQUEST = 'Q', ANSWER = 'A', NOTE = 'N' };

static void put16(uint8_t *p, unsigned x)
{
	p[0] = (uint8_t)x;
	p[1] = (uint8_t)(x >> 8);
}

static void put32(uint8_t *p, uint32_t x)
{
	put16(p, x & 0xffff);
	put16(p + 2, x >> 16);
}

static unsigned get16(const uint8_t *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

/* The sixteen bytes that every packet begins with. */
static void put_head(uint8_t *p, char kind, unsigned status, uint32_t number)
{
	memcpy(p, "SDR", 3);
	p[3] = (uint8_t)kind;
	put16(p + 4, BROKER_VERSION);
	put16(p + 6, status);
	put32(p + 8, number);
	put32(p + 12, 0);
}

static bool is_head(const uint8_t *p, size_t len, char kind)
{
	return len >= BROKER_HEAD_SIZE && memcmp(p, "SDR", 3) == 0 && p[3] == (uint8_t)kind &&
		get16(p + 4) == BROKER_VERSION && get32(p + 12) == 0;
}

void broker_request_encode(uint8_t out[BROKER_REQUEST_SIZE], uint32_t blocks)
{
	put_head(out, REQUEST, 0, blocks);
}

int broker_request_parse(const uint8_t *raw, size_t len, uint32_t *ret_blocks)
{
	uint32_t blocks;

	if (len != BROKER_REQUEST_SIZE || !is_head(raw, len, REQUEST) || get16(raw + 6) != 0)
		return -EBADMSG;
	blocks = get32(raw + 8);
	if (blocks < 1 || blocks > BROKER_BLOCKS_MAX)
		return -EBADMSG;
	*ret_blocks = blocks;
	return 0;
}

size_t broker_answer_encode(
	uint8_t *out, enum broker_status status, const struct broker_block *block, size_t blocks)
{
	uint8_t *p = out + BROKER_HEAD_SIZE;
	size_t i;

	assert(blocks <= BROKER_BLOCKS_MAX);
	put_head(out, ANSWER, status, (uint32_t)blocks);
	for (i = 0; i < blocks; i++, p += BROKER_BLOCK_SIZE) {
		put32(p, block[i].hardware_bits);
		put32(p + 4, 0);
		memcpy(p + 8, block[i].bytes, RECORD_BLOCK);
		memcpy(p + 8 + RECORD_BLOCK, block[i].provenance, BROKER_PROVENANCE);
	}
	return (size_t)(p - out);
}

/* It is shown to people: names and numbers, ended and filled up with zeros. */
static bool is_provenance(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789: ";
	const size_t len = strnlen(text, BROKER_PROVENANCE);
	size_t i;

	if (len == BROKER_PROVENANCE || strspn(text, allowed) != len)
		return false;
	for (i = len; i < BROKER_PROVENANCE; i++)
		if (text[i])
			return false;
	return true;
}

static bool is_block(const uint8_t *p)
{
	return get32(p) <= RECORD_BLOCK_BITS && get32(p + 4) == 0 &&
		is_provenance((const char *)p + 8 + RECORD_BLOCK);
}

int broker_answer_parse(const uint8_t *raw, size_t len, size_t asked,
	struct broker_block *ret_block, enum broker_status *ret_status)
{
	const uint8_t *p = raw + BROKER_HEAD_SIZE;
	unsigned status;
	size_t blocks, i;

	if (!is_head(raw, len, ANSWER))
		return -EBADMSG;
	status = get16(raw + 6);
	blocks = get32(raw + 8);
	if (status > BROKER_REFUSED || blocks != (status == BROKER_GIVEN ? asked : 0) ||
		len != BROKER_HEAD_SIZE + blocks * BROKER_BLOCK_SIZE)
		return -EBADMSG;
	for (i = 0; i < blocks; i++)
		if (!is_block(p + i * BROKER_BLOCK_SIZE))
			return -EBADMSG;
	for (i = 0; i < blocks; i++, p += BROKER_BLOCK_SIZE) {
		ret_block[i].hardware_bits = get32(p);
		memcpy(ret_block[i].bytes, p + 8, RECORD_BLOCK);
		memcpy(ret_block[i].provenance, p + 8 + RECORD_BLOCK, BROKER_PROVENANCE);
	}
	*ret_status = (enum broker_status)status;
	return 0;
}

void broker_note_encode(uint8_t out[BROKER_NOTE_SIZE], const struct broker_note *note)
{
	put_head(out, NOTE, 0, note->credit_bits);
	memcpy(out + BROKER_HEAD_SIZE, note->uuid, UUID_SIZE);
	memcpy(out + BROKER_HEAD_SIZE + UUID_SIZE, note->seed_id, RECORD_ID_SIZE);
}

int broker_note_parse(const uint8_t *raw, size_t len, struct broker_note *ret)
{
	if (len != BROKER_NOTE_SIZE || !is_head(raw, len, NOTE) || get16(raw + 6) != 0 ||
		get32(raw + 8) > RECORD_BITS_MAX)
		return -EBADMSG;
	ret->credit_bits = get32(raw + 8);
	memcpy(ret->uuid, raw + BROKER_HEAD_SIZE, UUID_SIZE);
	memcpy(ret->seed_id, raw + BROKER_HEAD_SIZE + UUID_SIZE, RECORD_ID_SIZE);
	return 0;
}
