/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_HANDOUT_H
#define SERVE_HANDOUT_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/wire/broker.h"

#define HANDOUT_SOURCES (4 * BROKER_PROVENANCE)

/* A record for the journal of what one client was given. It contains no byte of the blocks. */
struct handout {
	uid_t uid;
	pid_t pid;
	uint32_t blocks; /* 0: nothing */
	uint32_t hardware_bits;
	char sources
		[HANDOUT_SOURCES]; /* the different provenances of the blocks, separated by "; " */
	/* The blocks, but with zeros in place of their bytes; NULL: no memory. */
	struct broker_block *given;
	bool noted;              /* the client has sent @note */
	struct broker_note note; /* the client's own statement, which the daemon cannot verify */
};

/**
 * handout_add - record the blocks that the client was given; may be called only once
 * If @h->sources has no room for all provenances, it ends with "...".
 */
void handout_add(struct handout *h, const struct broker_block *block, size_t blocks);

/** handout_clear - free the memory that handout_add() allocated. Accepts a zeroed @h. */
void handout_clear(struct handout *h);

/**
 * handout_claim - how many bits a seed that is made of the blocks claims
 * This is the figure in the client's note, but no more than the blocks can support; without a note, it is what they can
 * support.
 * Source: seed/claim.h: the bits from hardware, plus the bits that the kernel adds once, but at most RECORD_BLOCK_BITS
 * for each block.
 */
uint32_t handout_claim(const struct handout *h);

/**
 * handout_hardware - the part of handout_claim() that comes from hardware. `hardware_bits` has this meaning everywhere.
 */
uint32_t handout_hardware(const struct handout *h);

#endif
