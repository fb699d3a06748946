/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_RECORD_H
#define UTIL_WIRE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/hex.h"

/* The record, `seedrive.bin` in the root of a seed drive. doc/seed-format.md specifies it. */
#define RECORD_NAME       "seedrive.bin"
#define RECORD_NOTE_NAME  "seedrive.json" /* the note: what tenants may know about the seed */
#define RECORD_NOTE_SIZE  2048
#define RECORD_SECTOR     2048
#define RECORD_HEADER     128
#define RECORD_BLOCK      64  /* bytes of a block of seed */
#define RECORD_BLOCK_BITS 256 /* bits that a block can claim at most: doc/accounting.md */
#define RECORD_BLOCKS_MAX 64
#define RECORD_BITS_MAX   (RECORD_BLOCKS_MAX * RECORD_BLOCK_BITS)
#define RECORD_ID_SIZE    16
#define RECORD_SIZE_MAX   (3 * RECORD_SECTOR) /* RECORD_BLOCKS_MAX blocks and the header */

struct record {
	uint32_t credit_bits; /* entropy claimed, of all sources */
	uint32_t
		hardware_bits; /* entropy that comes from hardware; may be more than @credit_bits */
	uint8_t seed_id[RECORD_ID_SIZE]; /* public */
	uint64_t issued_at;              /* seconds since 1970 UTC */
	uint32_t ttl;                    /* seconds after @issued_at until it expires; 0: never */
	uint8_t uuid[UUID_SIZE];         /* the instance it is bound to; all zero: any instance */
	const uint8_t *seed;             /* secret; in the caller's storage */
	size_t seed_len;                 /* 1..RECORD_BLOCKS_MAX times RECORD_BLOCK */
};

/** record_size - the size of the file for a seed of @seed_len bytes: a multiple of RECORD_SECTOR. */
size_t record_size(size_t seed_len);

/**
 * record_encode - write a record: header, seed, and zeros up to the end of the last sector
 * @out:  gets the seed, so the caller wipes it in the end
 * @size: at least record_size(rec->seed_len); all of it is written
 * Returns: 0; -EINVAL if a field is out of range; -ENOSPC if @size is too small.
 */
int record_encode(const struct record *rec, uint8_t *out, size_t size);

/**
 * record_parse - parse a record, after checking every byte of it
 * @raw:     the file; @ret->seed points into it
 * @len:     its length; a multiple of RECORD_SECTOR, at most RECORD_SIZE_MAX
 * @ret:     untouched on error
 * Returns: 0, or a negative errno that record_why() describes.
 */
int record_parse(const uint8_t *raw, size_t len, struct record *ret);

/**
 * record_make_tombstone - turn a record into a tombstone, in place: the header's fields are kept, the seed is wiped
 * @raw, @len: a file that record_parse() accepts
 */
void record_make_tombstone(uint8_t *raw, size_t len);

/**
 * record_parse_tombstone - parse a tombstone as record_parse() parses a record; @ret->seed becomes NULL
 * record_parse() refuses every tombstone; it returns -ESTALE for one that is well-formed.
 */
int record_parse_tombstone(const uint8_t *raw, size_t len, struct record *ret);

/** record_bound - is the record bound to an instance? */
bool record_bound(const struct record *rec);

/** record_why - the reason for an error of record_parse(), as the end of a message; never NULL. */
const char *record_why(int err);

#endif
