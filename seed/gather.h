/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_GATHER_H
#define SEED_GATHER_H

#include "seed/condition.h"
#include "seed/draw.h"
#include "seed/replay.h"

/* The inner side of seed/draw.h: one source's bytes into the blocks of one seed. */

#define GATHER_CHUNK PUMP_CHUNK /* of samples that are tested and hashed at a time */

struct draw_memory {
	struct windows windows;
	struct source_memory {
		struct health health;
		struct replay replay;
		bool started; /* has passed its start-up tests, and nothing has failed since */
	} of[SOURCES_MAX];
};

/* All that is secret in a draw, in one locked piece. */
struct seed_secret {
	uint8_t raw[PUMP_CHUNKS * PUMP_CHUNK];
	struct condition condition;
	uint8_t prk[CONDITION_SIZE];
	uint8_t mix[CONDITION_SIZE];
	struct draw_memory memory; /* of this draw alone, where it has no other */
	struct broker_block
		*given;  /* the broker's, one a block of the record; NULL: it is not asked */
	uint8_t *out;    /* CONDITION_SIZE a block of the record */
	uint8_t *digest; /* [source][block][CONDITION_SIZE] */
	_Alignas(8) uint8_t space[];
};

/* What one source put into one block. */
struct share {
	uint64_t len, assessed;
};

struct draw {
	struct seed *seed;
	size_t blocks; /* of the record, and, where that is wanted, one to mix from */
	struct draw_memory *memory;
	struct share share[SOURCES_MAX][RECORD_BLOCKS_MAX + DRAW_MIX_BLOCK];
	const struct draw_report
		*copied[SOURCES_MAX]; /* who delivered what this one had delivered before */
};

/** gather_len - how much of a source goes into @blocks of the record; @started: its start-up tests are done. */
uint64_t gather_len(const struct source_handle *h, size_t blocks, bool started);

/** gather_mix_len - how many bytes of a source go into the block to mix from; 0: none, the source may be slow. */
uint64_t gather_mix_len(const struct source *src);

/** gather_source - draw, test and hash what one source of the list gives; its report says how it went. */
void gather_source(struct draw *d, size_t source);

/** gather_condemn - fail those that had delivered before what another one did: both count for nothing. */
void gather_condemn(struct draw *d);

/** draw_memory_init - empty, with a key of its own. */
void draw_memory_init(struct draw_memory *m);

/** draw_memory_begin - before each draw: windows as long as @sources need, and the oldest forgotten if they are many. */
void draw_memory_begin(struct draw_memory *m, const struct source_list *sources);

/** draw_make - the blocks, the key to mix with and the id, from all that passed. */
void draw_make(const struct draw *d);

/** draw_count - what the seed may claim, by all that passed so far. */
void draw_count(struct seed *s);

/** gather_digest - where the digest of a source's part in a block stands. */
uint8_t *gather_digest(const struct draw *d, size_t source, size_t block);

#endif
