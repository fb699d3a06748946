/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_BROKER_H
#define UTIL_WIRE_BROKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/wire/record.h"

/*
 * The protocol between the daemon and its clients, on a unix socket of type SOCK_SEQPACKET. The client sends a request,
 * and gets an answer. If the client has made a drive with the blocks, it also sends a note, which the daemon writes to
 * the journal. Each of these is one packet. All numbers are little-endian; reserved fields are zero. Pure: no socket is
 * used here.
 *
 *   request   "SDRQ"  u16 version  u16 0       u32 blocks  u32 0
 *   answer    "SDRA"  u16 version  u16 status  u32 blocks  u32 0, then for each block
 *             u32 hardware bits  u32 sources  64 bytes  96 bytes of provenance, padded with zeros, and since version
 *             2, 16 times: 12 bytes of a source's name, padded with zeros  u32 bytes  u32 assessed bits
 *   note      "SDRN"  u16 1        u16 0       u32 credit bits  u32 0  16 bytes UUID  16 bytes seed id
 *
 * In version 1 the number of sources is 0. An answer has the version of its request. If the daemon does not understand
 * a request, it refuses it with an answer of version 1; the client then sends a request of version 1. A daemon that
 * knows only version 1 refuses in the same way.
 */
#define BROKER_SOCKET  "/run/seedrive/seed.sock"
#define BROKER_VERSION 2
#define BROKER_BLOCKS_MAX \
	(RECORD_BLOCKS_MAX + 1) /* older clients ask for one more, to mix random_seed with */
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
	BROKER_EMPTY,   /* the stock has no assessed blocks at the moment */
	BROKER_LIMITED, /* this user's share is used up for now */
	BROKER_REFUSED, /* not a valid request */
};

/* What one source contributed to a block. */
struct broker_source {
	char name[BROKER_NAME]; /* lower-case letters and digits */
	uint32_t bytes;         /* 0: unknown, because the daemon has version 1 */
	uint32_t assessed_bits;
};

/* A block that no other client gets. The safety margin is already subtracted from @hardware_bits, but not from the bits
 * of the sources. */
struct broker_block {
	uint8_t bytes[RECORD_BLOCK]; /* secret */
	uint32_t hardware_bits;      /* at most RECORD_BLOCK_BITS */
	char provenance
		[BROKER_PROVENANCE]; /* each source with its assessed bits: "rdrand:384 tpm:320 kernel" */
	struct broker_source source[BROKER_SOURCES];
	uint32_t sources;
	/* @source lacks some sources, because a daemon of version 1 had no room for all of them. */
	bool partial;
};

struct broker_request {
	unsigned version; /* 1 to BROKER_VERSION */
	uint32_t blocks;  /* 1 to BROKER_BLOCKS_MAX */
};

/* The use that the client made of the blocks; it goes into the daemon's journal. The bits are all that the daemon can
 * check. */
struct broker_note {
	uint32_t credit_bits;
	uint8_t uuid[UUID_SIZE]; /* the instance; all zero: none */
	uint8_t seed_id[RECORD_ID_SIZE];
};

void broker_request_encode(uint8_t out[BROKER_REQUEST_SIZE], const struct broker_request *request);

/**
 * broker_request_parse - parse a request
 * Returns: 0; -EBADMSG if it is anything but a request of a known version for 1 to BROKER_BLOCKS_MAX blocks.
 */
int broker_request_parse(const uint8_t *raw, size_t len, struct broker_request *ret);

/**
 * broker_answer_encode - write an answer
 * @out:     BROKER_ANSWER_MAX bytes; the caller wipes them
 * @version: the version of the request
 * @block:   an array of @blocks blocks; NULL and 0 unless @status is BROKER_GIVEN
 * Returns: how many bytes of @out are used.
 */
size_t broker_answer_encode(uint8_t *out, unsigned version, enum broker_status status,
	const struct broker_block *block, size_t blocks);

/**
 * broker_answer_parse - parse an answer, after checking every byte of it
 * @request:   the request; an answer that has blocks must have as many as were requested
 * @ret_block: room for @request->blocks blocks; written only if *@ret_status becomes BROKER_GIVEN
 * Returns: 0; -EPROTONOSUPPORT if the daemon does not know the version of the request; -EBADMSG for a malformed answer.
 * After an error nothing is written.
 */
int broker_answer_parse(const uint8_t *raw, size_t len, const struct broker_request *request,
	struct broker_block *ret_block, enum broker_status *ret_status);

void broker_note_encode(uint8_t out[BROKER_NOTE_SIZE], const struct broker_note *note);
int broker_note_parse(const uint8_t *raw, size_t len, struct broker_note *ret);

#endif
