/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_HANDOUT_H
#define SERVE_HANDOUT_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/wire/broker.h"

#define HANDOUT_SOURCES (4 * BROKER_PROVENANCE)

/* What one client was given, for the journal. It has no byte of the blocks. */
struct handout {
	uid_t uid;
	pid_t pid;
	uint32_t blocks; /* 0: nothing */
	uint32_t hardware_bits;
	char sources
		[HANDOUT_SOURCES];  /* the distinct provenances of the blocks, separated by "; " */
	struct broker_block *given; /* the blocks, with zeros for their bytes; NULL: no memory */
	bool noted;                 /* the client has sent @note */
	struct broker_note note;    /* the client's own statement, which the daemon cannot verify */
};

/**
 * handout_add - record the blocks that the client was given; to be called once
 * If @h->sources has no room for all provenances, it ends with "...".
 */
void handout_add(struct handout *h, const struct broker_block *block, size_t blocks);

/** handout_clear - free what handout_add() allocated; a zeroed @h is fine. */
void handout_clear(struct handout *h);

/**
 * handout_claim - how many bits a seed made of the blocks claims
 * That is what the client's note states, but no more than the blocks can support; without a note, what they can support.
 * Source: seed/claim.h: the bits from hardware, plus those of one block from the kernel, at most RECORD_BLOCK_BITS a
 * block.
 */
uint32_t handout_claim(const struct handout *h);

/** handout_hardware - the part of handout_claim() that comes from hardware, as `hardware_bits` does everywhere. */
uint32_t handout_hardware(const struct handout *h);

#endif
