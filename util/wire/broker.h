/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_BROKER_H
#define UTIL_WIRE_BROKER_H

#include <stdbool.h>
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
 *             u32 hardware bits  u32 sources  64 bytes  96 bytes of provenance, zeros behind it
 *             and of version 2 on 16 times: 12 bytes of a source's name, zeros behind it  u32 bytes  u32 assessed bits
 *   note      "SDRN"  u16 1        u16 0       u32 credit bits  u32 0  16 bytes UUID  16 bytes seed id
 *
 * In version 1 the number of sources is 0. An answer has the version of its request; what is not understood is refused in
 * version 1, as a daemon does that knows no other, so that the client asks again in that version.
 */
#define BROKER_SOCKET       "/run/seedrive/seed.sock"
#define BROKER_VERSION      2
#define BROKER_BLOCKS_MAX   (RECORD_BLOCKS_MAX + 1) /* earlier clients ask for one to mix from */
#define BROKER_PROVENANCE   96
#define BROKER_SOURCES      16
#define BROKER_NAME         12
#define BROKER_HEAD_SIZE    16
#define BROKER_REQUEST_SIZE BROKER_HEAD_SIZE
#define BROKER_BLOCK_SIZE_1 (8 + RECORD_BLOCK + BROKER_PROVENANCE)
#define BROKER_BLOCK_SIZE_2 (BROKER_BLOCK_SIZE_1 + BROKER_SOURCES * (BROKER_NAME + 8))
#define BROKER_ANSWER_MAX   (BROKER_HEAD_SIZE + BROKER_BLOCKS_MAX * BROKER_BLOCK_SIZE_2)
#define BROKER_NOTE_SIZE    (BROKER_HEAD_SIZE + UUID_SIZE + RECORD_ID_SIZE)

enum broker_status {
	BROKER_GIVEN,
	BROKER_EMPTY,   /* nothing assessed is left just now */
	BROKER_LIMITED, /* this user has had his share for now */
	BROKER_REFUSED, /* the request is none */
};

/* What one source put into a block. */
struct broker_source {
	char name[BROKER_NAME]; /* small letters and digits */
	uint32_t bytes;         /* 0: not known, from a daemon of version 1 */
	uint32_t assessed_bits;
};

/* A block fresh for this client. Its bits have the margin taken off, those of its sources have not. */
struct broker_block {
	uint8_t bytes[RECORD_BLOCK];        /* secret */
	uint32_t hardware_bits;             /* at most RECORD_BLOCK_BITS */
	char provenance[BROKER_PROVENANCE]; /* "rdrand:384 tpm:320 kernel": bits assessed by each */
	struct broker_source source[BROKER_SOURCES];
	uint32_t sources;
	bool partial; /* there are more sources than @source has: a daemon of version 1 had no room for them */
};

struct broker_request {
	unsigned version; /* 1 to BROKER_VERSION */
	uint32_t blocks;  /* 1 to BROKER_BLOCKS_MAX */
};

/* What became of the blocks, for the journal; only the bits are ours to judge. */
struct broker_note {
	uint32_t credit_bits;
	uint8_t uuid[UUID_SIZE]; /* zero: no instance */
	uint8_t seed_id[RECORD_ID_SIZE];
};

void broker_request_encode(uint8_t out[BROKER_REQUEST_SIZE], const struct broker_request *request);

/** broker_request_parse - 0; -EBADMSG for anything but a request of a version that is known, for 1..BROKER_BLOCKS_MAX blocks. */
int broker_request_parse(const uint8_t *raw, size_t len, struct broker_request *ret);

/**
 * broker_answer_encode - @block may be NULL with @blocks 0, and is so unless @status is BROKER_GIVEN
 * @out:     BROKER_ANSWER_MAX bytes, wiped by the caller; returns how many of them are used.
 * @version: of the request
 */
size_t broker_answer_encode(uint8_t *out, unsigned version, enum broker_status status,
	const struct broker_block *block, size_t blocks);

/**
 * broker_answer_parse - check every byte, then hand it out
 * @request:    that it answers; it has to hold as many blocks, if it holds any
 * @ret_block:  so many, written where *@ret_status is BROKER_GIVEN
 * Returns: 0; -EPROTONOSUPPORT for the refusal of a daemon that does not know the version; -EBADMSG. After an error
 * nothing is written.
 */
int broker_answer_parse(const uint8_t *raw, size_t len, const struct broker_request *request,
	struct broker_block *ret_block, enum broker_status *ret_status);

void broker_note_encode(uint8_t out[BROKER_NOTE_SIZE], const struct broker_note *note);
int broker_note_parse(const uint8_t *raw, size_t len, struct broker_note *ret);

#endif
