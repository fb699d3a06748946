/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_HANDOUT_H
#define SERVE_HANDOUT_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/wire/broker.h"

#define HANDOUT_SOURCES (4 * BROKER_PROVENANCE)

/* What one client was given, for the journal; no byte of it. */
struct handout {
	uid_t uid;
	pid_t pid;
	uint32_t blocks; /* 0: nothing */
	uint32_t hardware_bits;
	char sources[HANDOUT_SOURCES]; /* the provenance of the blocks, equal ones once */
	struct broker_block
		*given; /* all that was said of them but their bytes; NULL: no memory for it */
	bool noted;     /* the client has sent: */
	struct broker_note note; /* what it states; nobody can check it */
};

/** handout_add - count the blocks that it was given, once; three dots end the list of sources where it has no room. */
void handout_add(struct handout *h, const struct broker_block *block, size_t blocks);

/** handout_clear - give back what handout_add() has noted, of a zeroed one as well. */
void handout_clear(struct handout *h);

/**
 * handout_claim - the bits of a seed that the client states, as far as what it was given can carry them
 * Where nothing is stated it is all that they can carry.
 * Source: as seed/claim.h counts: the hardware's bits and once those of a block from the kernel, and no more
 * than RECORD_BLOCK_BITS a block.
 */
uint32_t handout_claim(const struct handout *h);

/** handout_hardware - the part of handout_claim() that rests on hardware: what `hardware_bits` means everywhere. */
uint32_t handout_hardware(const struct handout *h);

#endif
