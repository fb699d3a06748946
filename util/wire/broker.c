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

/* Writes the sixteen bytes with which every packet begins. */
static void put_head(uint8_t *p, char kind, unsigned version, unsigned status, uint32_t number)
{
	memcpy(p, "SDR", 3);
	p[3] = (uint8_t)kind;
	put16(p + 4, version);
	put16(p + 6, status);
	put32(p + 8, number);
	put32(p + 12, 0);
}

static bool is_head(const uint8_t *p, size_t len, char kind)
{
	return len >= BROKER_HEAD_SIZE && memcmp(p, "SDR", 3) == 0 && p[3] == (uint8_t)kind &&
		get32(p + 12) == 0;
}

void broker_request_encode(uint8_t out[BROKER_REQUEST_SIZE], const struct broker_request *request)
{
	put_head(out, REQUEST, request->version, 0, request->blocks);
}

int broker_request_parse(const uint8_t *raw, size_t len, struct broker_request *ret)
{
	unsigned version;
	uint32_t blocks;

	if (len != BROKER_REQUEST_SIZE || !is_head(raw, len, REQUEST) || get16(raw + 6) != 0)
		return -EBADMSG;
	version = get16(raw + 4);
	blocks = get32(raw + 8);
	if (version < 1 || version > BROKER_VERSION)
		return -EBADMSG;
	if (blocks < 1 || blocks > BROKER_BLOCKS_MAX)
		return -EBADMSG;
	*ret = (struct broker_request){ version, blocks };
	return 0;
}

/* --- an answer --- */

static size_t block_size(unsigned version)
{
	return version == 1 ? BROKER_BLOCK_SIZE_1 : BROKER_BLOCK_SIZE_2;
}

static void put_source(uint8_t *p, const struct broker_source *s)
{
	memcpy(p, s->name, BROKER_NAME);
	put32(p + BROKER_NAME, s->bytes);
	put32(p + BROKER_NAME + 4, s->assessed_bits);
}

static void get_source(const uint8_t *p, struct broker_source *ret)
{
	memcpy(ret->name, p, BROKER_NAME);
	ret->bytes = get32(p + BROKER_NAME);
	ret->assessed_bits = get32(p + BROKER_NAME + 4);
}

static void put_block(uint8_t *p, unsigned version, const struct broker_block *b)
{
	size_t i;

	put32(p, b->hardware_bits);
	put32(p + 4, version == 1 ? 0 : b->sources);
	memcpy(p + 8, b->bytes, RECORD_BLOCK);
	memcpy(p + 8 + RECORD_BLOCK, b->provenance, BROKER_PROVENANCE);
	if (version == 1)
		return;
	p += BROKER_BLOCK_SIZE_1;
	memset(p, 0, BROKER_BLOCK_SIZE_2 - BROKER_BLOCK_SIZE_1);
	for (i = 0; i < b->sources; i++)
		put_source(p + i * (BROKER_NAME + 8), b->source + i);
}

size_t broker_answer_encode(uint8_t *out, unsigned version, enum broker_status status,
	const struct broker_block *block, size_t blocks)
{
	uint8_t *p = out + BROKER_HEAD_SIZE;
	size_t i;

	assert(blocks <= BROKER_BLOCKS_MAX);
	put_head(out, ANSWER, version, status, (uint32_t)blocks);
	for (i = 0; i < blocks; i++, p += block_size(version))
		put_block(p, version, block + i);
	return (size_t)(p - out);
}

static const char name_bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789";

/* The provenance is printed, so it may contain only names and numbers. At least one zero must follow it. */
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

static bool all_zero(const uint8_t *p, size_t len)
{
	while (len > 0 && p[len - 1] == 0)
		len--;
	return len == 0;
}

/* Are these the bytes of a source whose name is valid and followed by at least one zero? */
static bool is_source(const uint8_t *p)
{
	const size_t len = strnlen((const char *)p, BROKER_NAME);

	return len > 0 && len < BROKER_NAME && strspn((const char *)p, name_bytes) == len &&
		all_zero(p + len, BROKER_NAME - len);
}

static bool are_sources(const uint8_t *p, uint32_t sources)
{
	uint32_t i;

	for (i = 0; i < sources; i++)
		if (!is_source(p + (size_t)i * (BROKER_NAME + 8)))
			return false;
	return all_zero(p + (size_t)sources * (BROKER_NAME + 8),
		(BROKER_SOURCES - (size_t)sources) * (BROKER_NAME + 8));
}

static bool is_block(const uint8_t *p, unsigned version)
{
	const uint32_t sources = get32(p + 4);

	return get32(p) <= RECORD_BLOCK_BITS && sources <= (version == 1 ? 0 : BROKER_SOURCES) &&
		is_provenance((const char *)p + 8 + RECORD_BLOCK) &&
		(version == 1 || are_sources(p + BROKER_BLOCK_SIZE_1, sources));
}

/* Parses one word of a provenance: "rdrand:384" or "kernel". */
static bool read_word(const char *word, size_t len, struct broker_source *ret)
{
	const size_t name = strspn(word, name_bytes);
	size_t i;

	*ret = (struct broker_source){ 0 };
	if (name == 0 || name >= BROKER_NAME || (name < len && word[name] != ':'))
		return false;
	memcpy(ret->name, word, name);
	for (i = name + 1; i < len; i++) {
		if (word[i] < '0' || word[i] > '9' || ret->assessed_bits > UINT32_MAX / 10 - 1)
			return false;
		ret->assessed_bits = 10 * ret->assessed_bits + (uint32_t)(word[i] - '0');
	}
	return true;
}

/* Takes the sources from the text of the provenance: a daemon of version 1 sends nothing else about them. If not all
 * sources fitted in, the text ends in words such as "and 3 more". */
static void read_provenance(struct broker_block *b)
{
	const char *word = b->provenance;
	size_t len;

	for (b->sources = 0; *word; word += len, word += strspn(word, " ")) {
		len = strcspn(word, " ");
		b->partial = (len == 3 && strncmp(word, "and", len) == 0) ||
			b->sources == BROKER_SOURCES ||
			(len > 0 && !read_word(word, len, b->source + b->sources));
		if (b->partial)
			return;
		b->sources += len > 0;
	}
}

static void get_block(const uint8_t *p, unsigned version, struct broker_block *ret)
{
	uint32_t i;

	memset(ret, 0, sizeof(*ret));
	ret->hardware_bits = get32(p);
	memcpy(ret->bytes, p + 8, RECORD_BLOCK);
	memcpy(ret->provenance, p + 8 + RECORD_BLOCK, BROKER_PROVENANCE);
	if (version == 1) {
		read_provenance(ret);
		return;
	}
	ret->sources = get32(p + 4);
	for (i = 0; i < ret->sources; i++)
		get_source(
			p + BROKER_BLOCK_SIZE_1 + (size_t)i * (BROKER_NAME + 8), ret->source + i);
}

/* Is this the refusal that a daemon of version 1 sends if it did not understand the request? */
static bool is_old_refusal(const uint8_t *raw, size_t len)
{
	return len == BROKER_HEAD_SIZE && get16(raw + 4) == 1 && get16(raw + 6) == BROKER_REFUSED &&
		get32(raw + 8) == 0;
}

int broker_answer_parse(const uint8_t *raw, size_t len, const struct broker_request *request,
	struct broker_block *ret_block, enum broker_status *ret_status)
{
	const size_t size = block_size(request->version);
	const uint8_t *p = raw + BROKER_HEAD_SIZE;
	unsigned status;
	size_t blocks, i;

	if (!is_head(raw, len, ANSWER))
		return -EBADMSG;
	if (get16(raw + 4) != request->version)
		return is_old_refusal(raw, len) ? -EPROTONOSUPPORT : -EBADMSG;
	status = get16(raw + 6);
	blocks = get32(raw + 8);
	if (status > BROKER_REFUSED || blocks != (status == BROKER_GIVEN ? request->blocks : 0) ||
		len != BROKER_HEAD_SIZE + blocks * size)
		return -EBADMSG;
	for (i = 0; i < blocks; i++)
		if (!is_block(p + i * size, request->version))
			return -EBADMSG;
	for (i = 0; i < blocks; i++)
		get_block(p + i * size, request->version, ret_block + i);
	*ret_status = (enum broker_status)status;
	return 0;
}

void broker_note_encode(uint8_t out[BROKER_NOTE_SIZE], const struct broker_note *note)
{
	put_head(out, NOTE, 1, 0, note->credit_bits);
	memcpy(out + BROKER_HEAD_SIZE, note->uuid, UUID_SIZE);
	memcpy(out + BROKER_HEAD_SIZE + UUID_SIZE, note->seed_id, RECORD_ID_SIZE);
}

int broker_note_parse(const uint8_t *raw, size_t len, struct broker_note *ret)
{
	if (len != BROKER_NOTE_SIZE || !is_head(raw, len, NOTE) || get16(raw + 4) != 1 ||
		get16(raw + 6) != 0 || get32(raw + 8) > RECORD_BITS_MAX)
		return -EBADMSG;
	ret->credit_bits = get32(raw + 8);
	memcpy(ret->uuid, raw + BROKER_HEAD_SIZE, UUID_SIZE);
	memcpy(ret->seed_id, raw + BROKER_HEAD_SIZE + UUID_SIZE, RECORD_ID_SIZE);
	return 0;
}
