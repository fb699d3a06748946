/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_BROKER_H
#define UTIL_WIRE_BROKER_H

#include <stddef.h>
#include <stdint.h>

#include "util/wire/record.h"

/*
 * What the daemon and its clients say to each other, on a unix socket of type SOCK_SEQPACKET: a request,
 * its answer, and where the client makes a drive of it a note for the journal, each one packet. All
 * numbers little-endian; what is reserved is zero. Pure: no socket here.
 *
 *   request   "SDRQ"  u16 version  u16 0       u32 blocks  u32 0
 *   answer    "SDRA"  u16 version  u16 status  u32 blocks  u32 0, then for each block
 *             u32 hardware bits  u32 0  64 bytes  96 bytes of provenance, zeros behind it
 *   note      "SDRN"  u16 version  u16 0       u32 credit bits  u32 0  16 bytes UUID  16 bytes seed id
 */
#define BROKER_SOCKET       "/run/seedrive/seed.sock"
#define BROKER_VERSION      1
#define BROKER_BLOCKS_MAX   (RECORD_BLOCKS_MAX + 1) /* earlier clients ask for one to mix from */
#define BROKER_PROVENANCE   96
#define BROKER_HEAD_SIZE    16
#define BROKER_REQUEST_SIZE BROKER_HEAD_SIZE
#define BROKER_BLOCK_SIZE   (8 + RECORD_BLOCK + BROKER_PROVENANCE)
#define BROKER_ANSWER_MAX   (BROKER_HEAD_SIZE + BROKER_BLOCKS_MAX * BROKER_BLOCK_SIZE)
#define BROKER_NOTE_SIZE    (BROKER_HEAD_SIZE + UUID_SIZE + RECORD_ID_SIZE)

enum broker_status {
	BROKER_GIVEN,
	BROKER_EMPTY,   /* nothing assessed is left just now */
	BROKER_LIMITED, /* this user has had his share for now */
	BROKER_REFUSED, /* the request is none */
};

/* A block fresh for this client. What its bits rest on has the margin taken off. */
struct broker_block {
	uint8_t bytes[RECORD_BLOCK];        /* secret */
	uint32_t hardware_bits;             /* at most RECORD_BLOCK_BITS */
	char provenance[BROKER_PROVENANCE]; /* "rdrand:384 tpm:320 kernel": bits assessed by each */
};

/* What became of the blocks, for the journal; only the bits are ours to judge. */
struct broker_note {
	uint32_t credit_bits;
	uint8_t uuid[UUID_SIZE]; /* zero: no instance */
	uint8_t seed_id[RECORD_ID_SIZE];
};

void broker_request_encode(uint8_t out[BROKER_REQUEST_SIZE], uint32_t blocks);

/** broker_request_parse - 0; -EBADMSG for anything but a request for 1..BROKER_BLOCKS_MAX blocks. */
int broker_request_parse(const uint8_t *raw, size_t len, uint32_t *ret_blocks);

/**
 * broker_answer_encode - @block may be NULL with @blocks 0, and is so unless @status is BROKER_GIVEN
 * @out: BROKER_ANSWER_MAX bytes, wiped by the caller; returns how many of them are used.
 */
size_t broker_answer_encode(
	uint8_t *out, enum broker_status status, const struct broker_block *block, size_t blocks);

/**
 * broker_answer_parse - check every byte, then hand it out
 * @asked:      how many blocks the answer has to hold, if it holds any
 * @ret_block:  @asked of them, written where *@ret_status is BROKER_GIVEN
 * Returns: 0; -EBADMSG, and nothing is written.
 */
int broker_answer_parse(const uint8_t *raw, size_t len, size_t asked,
	struct broker_block *ret_block, enum broker_status *ret_status);

void broker_note_encode(uint8_t out[BROKER_NOTE_SIZE], const struct broker_note *note);
int broker_note_parse(const uint8_t *raw, size_t len, struct broker_note *ret);

#endif
