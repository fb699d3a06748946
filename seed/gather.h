/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_GATHER_H
#define SEED_GATHER_H

#include "seed/condition.h"
#include "seed/draw.h"
#include "seed/replay.h"

/* Internal to the draw (seed/draw.h): brings the bytes of one source into the blocks of one seed. */

#define GATHER_CHUNK PUMP_CHUNK /* bytes that are tested and hashed at a time */

struct draw_memory {
	struct windows windows;
	struct source_memory {
		struct health health;
		struct replay replay;
		char device[SOURCE_DEVICE_MAX]; /* the device on which the tests began */
		bool started; /* it passed its start-up tests, and no test has failed since */
	} of[SOURCES_MAX];
};

/* All secrets of a draw, in one piece of locked memory. */
struct seed_secret {
	uint8_t raw[PUMP_CHUNKS * PUMP_CHUNK];
	struct condition condition;
	uint8_t prk[CONDITION_SIZE];
	uint8_t mix[CONDITION_SIZE];
	struct draw_memory memory; /* used if the caller of the draw gave no memory */
	struct broker_block
		*given;  /* from the broker, one for each block of the record; NULL: not asked */
	uint8_t *out;    /* the seed: CONDITION_SIZE bytes for each block of the record */
	uint8_t *digest; /* [source][block][CONDITION_SIZE] */
	_Alignas(8) uint8_t
		space[]; /* memory for the three pointers above, and for the slots of the windows */
};

/* The contribution of one source to one block: a number of bytes, and their assessed bits. */
struct share {
	uint64_t len, assessed;
};

struct draw {
	struct seed *seed;
	/* Number of blocks: those of the record, and one more if seed_mix_key() is wanted. */
	size_t blocks;
	struct draw_memory *memory;
	struct share share[SOURCES_MAX][RECORD_BLOCKS_MAX + DRAW_MIX_BLOCK];
	/* For each source: another source that delivered the same bytes later; NULL: none. */
	const struct draw_report *copied[SOURCES_MAX];
};

/**
 * gather_len - how many bytes of a source @blocks blocks of the record need. @started: no start-up samples are needed.
 */
uint64_t gather_len(const struct source_handle *h, size_t blocks, bool started);

/** gather_mix_len - how many bytes of a source go into the block for seed_mix_key(); 0 for sources that may be slow. */
uint64_t gather_mix_len(const struct source *src);

/** gather_source - draw, test and hash the bytes of the source with number @source; sets its report. */
void gather_source(struct draw *d, size_t source);

/** gather_fail_copied - fail each source whose bytes another source delivered later; then neither of the two counts. */
void gather_fail_copied(struct draw *d);

/** draw_memory_init - make an empty memory, with a random key for the fingerprints of its windows. */
void draw_memory_init(struct draw_memory *m);

/** draw_memory_begin - called before each draw: set the length of windows that @sources need, and forget the oldest
 * windows if there are too many. */
void draw_memory_begin(struct draw_memory *m, const struct source_list *sources);

/** draw_make - make the blocks of the seed, the key for mixing and the id, from all sources that passed. */
void draw_make(const struct draw *d);

/** draw_count - set @s->claim from all sources that have passed so far. */
void draw_count(struct seed *s);

/** gather_digest - the digest of a source's part in a block: CONDITION_SIZE bytes. */
uint8_t *gather_digest(const struct draw *d, size_t source, size_t block);

#endif
