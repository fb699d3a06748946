/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_RECORD_H
#define UTIL_WIRE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/hex.h"

/* The record, `seedrive.bin` in the root of a seed drive; doc/seed-format.md is its specification. */
#define RECORD_NAME       "seedrive.bin"
#define RECORD_NOTE_NAME  "seedrive.json" /* what tenants may know, beside it */
#define RECORD_NOTE_SIZE  2048
#define RECORD_SECTOR     2048
#define RECORD_HEADER     128
#define RECORD_BLOCK      64  /* bytes of seed ... */
#define RECORD_BLOCK_BITS 256 /* ... that claim at most so many bits: doc/accounting.md */
#define RECORD_BLOCKS_MAX 64
#define RECORD_BITS_MAX   (RECORD_BLOCKS_MAX * RECORD_BLOCK_BITS)
#define RECORD_ID_SIZE    16
#define RECORD_SIZE_MAX   (3 * RECORD_SECTOR) /* RECORD_BLOCKS_MAX blocks and the header */

struct record {
	uint32_t credit_bits;            /* strength claimed, all sources */
	uint32_t hardware_bits;          /* the part that rests on hardware */
	uint8_t seed_id[RECORD_ID_SIZE]; /* public */
	uint64_t issued_at;              /* seconds since 1970 UTC */
	uint32_t ttl;                    /* seconds from issued_at; 0: does not expire */
	uint8_t uuid[UUID_SIZE];         /* the instance it is bound to; zero: any */
	const uint8_t *seed;             /* secret; the caller's */
	size_t seed_len;                 /* 1..RECORD_BLOCKS_MAX times RECORD_BLOCK */
};

/** record_size - bytes of the file for so much seed: whole sectors. */
size_t record_size(size_t seed_len);

/**
 * record_encode - header, seed and zeros up to the end of the last sector
 * @out:  wiped by the caller in the end: it holds the seed
 * @size: at least record_size(rec->seed_len); all of it is written
 * Returns: 0; -EINVAL where a field is out of its range; -ENOSPC when @size is too small.
 */
int record_encode(const struct record *rec, uint8_t *out, size_t size);

/**
 * record_parse - check every byte of a record, then hand it out
 * @raw:     the file; @ret->seed points into it
 * @len:     its length; a multiple of RECORD_SECTOR, at most RECORD_SIZE_MAX
 * @ret:     untouched on error
 * Returns: 0, or a negative errno for which record_why() has words.
 */
int record_parse(const uint8_t *raw, size_t len, struct record *ret);

/**
 * record_make_tombstone - make a tombstone of a record in place: what it says stays, its seed goes
 * @raw, @len: a file that record_parse() takes
 */
void record_make_tombstone(uint8_t *raw, size_t len);

/**
 * record_parse_tombstone - the same as record_parse(), for a tombstone
 * Its @ret->seed is NULL. record_parse() knows a well-formed one by -ESTALE, and takes none.
 */
int record_parse_tombstone(const uint8_t *raw, size_t len, struct record *ret);

/** record_bound - to one instance, rather than to none? */
bool record_bound(const struct record *rec);

/** record_why - what record_parse() found, as the end of a sentence; never NULL. */
const char *record_why(int err);

#endif
