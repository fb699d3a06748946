/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_DRAW_H
#define SEED_DRAW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/beside.h"
#include "util/wire/broker.h"
#include "seed/claim.h"
#include "seed/health.h"
#include "seed/pump.h"
#include "seed/source/reader.h"
#include "seed/source/source.h"

#define DRAW_MIX_BLOCK 1 /* one block in addition to those of the record; see seed_mix_key() */

/* The outcome of one source. It counts towards the claim only if draw_passed(). */
struct draw_report {
	const struct source_spec *spec;
	int err;             /* negative errno: the source is absent, or did not deliver */
	const char *skipped; /* why it was not drawn although it had no fault; else NULL */
	bool left_out;       /* it was skipped because a required source had failed */
	struct health_figures health;
	/* After a replay: the source that delivered these bytes later; NULL: this source itself. */
	const struct draw_report *copy;
	uint64_t bytes; /* delivered in all */
	/* For each block of the record: bytes of this source in it. */
	uint32_t block_bytes[RECORD_BLOCKS_MAX];
	/* For each block of the record: assessed bits of these bytes. */
	uint32_t assessed[RECORD_BLOCKS_MAX];
	uint64_t retries;
	/* Its assessment: @assessed_per bits in each @per_bytes bytes. */
	unsigned assessed_per, per_bytes;
	char device[SOURCE_DEVICE_MAX]; /* see struct source_handle */
	/* An earlier source that reads the same device, and counts instead of this one; else NULL. */
	const struct draw_report *same_as;
	/* For the source broker: its blocks, each with the bits granted and the broker's own sources; else NULL. */
	const struct broker_block *given;
};

struct draw_memory;

struct seed {
	struct claim claim;
	enum claim_counted counted; /* what @claim may rest on; seed_limit() sets it */
	size_t blocks;              /* number of blocks in the record */
	struct draw_report report[SOURCES_MAX];
	size_t reports;
	struct source_list sources;
	uint32_t bits; /* strength asked for */
	struct draw_memory *memory;
	struct beside thread;
	bool running;      /* @thread was started, and must be joined */
	atomic_bool begun; /* somebody has begun to draw: the thread, or the caller in its place */
	bool finished;     /* the draw has ended; the thread itself may not have ended yet */
	bool stoppable; /* @stop is an eventfd; a write to it ends the thread's waits for devices and the broker */
	int stop;
	bool gave_up; /* a required source failed, so the draw did not wait for the others */
	struct pump pump;
	bool linked; /* @broker is a connection to the broker */
	int broker;
	struct reader reader[SOURCES_MAX];
	uint8_t id[RECORD_ID_SIZE]; /* public */
	struct seed_secret *secret;
};

/**
 * seed_draw - seed_draw_begin() and seed_draw_end() in one
 */
int seed_draw(struct seed *s, const struct source_list *sources, uint32_t bits);

/**
 * draw_memory_new - allocate the state that one draw keeps for the next, in a process that draws repeatedly
 * With this state the health tests continue across draws, start-up samples are drawn only once, and bytes that an
 * earlier draw delivered are recognised. It is secret. Two draws at the same time must not share it.
 * Returns: the state, which the caller frees with draw_memory_free(); NULL: no memory. draw_memory_free() accepts NULL.
 */
struct draw_memory *draw_memory_new(void);
void draw_memory_free(struct draw_memory *m);

/** draw_window_len - length in bytes of the windows that the replay test of these sources uses; see seed/windows.h */
size_t draw_window_len(const struct source_list *sources);

/**
 * seed_draw_with - seed_draw() for a process that draws repeatedly
 * @bits:   strength asked for, 0 to 256 * @blocks
 * @blocks: number of blocks, 1..RECORD_BLOCKS_MAX; each is drawn in full, even if @bits needs fewer blocks
 * @memory: from draw_memory_new(), and always used with the same @sources; or NULL
 */
int seed_draw_with(struct seed *s, const struct source_list *sources, uint32_t bits, size_t blocks,
	struct draw_memory *memory);

/**
 * seed_draw_begin - start a draw in the background
 * @s:       the caller's storage; the caller calls seed_clear() in the end, also after an error
 * @sources: copied
 * @bits:    strength asked for, 1..RECORD_BITS_MAX
 *
 * Forks a child for each device, and starts one thread for all other sources. If the thread has not begun the draw when
 * seed_draw_end() is called, the caller draws in its place. @s->blocks is set on return.
 * Returns: 0; -EINVAL: @bits is out of range; -ENOMEM.
 */
int seed_draw_begin(struct seed *s, const struct source_list *sources, uint32_t bits);

/**
 * seed_draw_end - wait until every source is drawn, tested, conditioned and counted
 *
 * The bytes of a source that failed are neither in the seed nor in the claim; @s->report has the reason.
 * The caller decides from @s->claim whether the seed is strong enough.
 * Returns: 0, or -ENODATA if no source passed, so that there is no seed.
 */
int seed_draw_end(struct seed *s);

/**
 * seed_limit - reduce the claim to the bits that rest on @counted; after seed_draw_end(). A second call never raises
 * it.
 */
void seed_limit(struct seed *s, enum claim_counted counted);

/** seed_bytes - the seed, 64 bytes for each block; the pointer is valid until seed_clear(). */
const uint8_t *seed_bytes(const struct seed *s, size_t *ret_len);

/**
 * seed_mix_key - a key of 64 bytes for mixing host entropy into values that others may know, such as random_seed
 * The key comes from a separate block, made from other bytes than the seed, so it reveals nothing about the seed.
 * Returns: the key, valid until seed_clear(); NULL if @unmixed was set in the list of sources.
 */
const uint8_t *seed_mix_key(const struct seed *s);

/** seed_hardware - the hardware bits of one block, at most 256; the margin is already subtracted. */
uint32_t seed_hardware(const struct seed *s, size_t block);

/**
 * seed_provenance - the assessed bits of each source in one block: "rdrand:384 tpm:320 kernel"
 * If there is no room for all sources, the text ends with the number of those left out: "file:384 file:384 and 9 more".
 */
void seed_provenance(const struct seed *s, size_t block, char out[BROKER_PROVENANCE]);

/** seed_describe - describe one block in @b: its hardware bits and their sources; only the bytes of @b are not set */
void seed_describe(const struct seed *s, size_t block, struct broker_block *b);

/**
 * seed_report_use - report to the broker what its blocks were used for, for the daemon's journal
 * Does nothing if there is no connection to the broker.
 * @uuid: of the instance, or all zeros
 */
void seed_report_use(const struct seed *s, const uint8_t uuid[UUID_SIZE]);

/** draw_passed - did this source deliver, and pass its tests? */
bool draw_passed(const struct draw_report *r);

/** health_why - which test failed, with its figure, as the end of a sentence: "9 equal samples in a row, cutoff 9". */
void health_why(const struct health_figures *h, char *out, size_t size);

#define DRAW_WHY_SIZE 160

/** draw_why - why the source did not pass, as the end of a sentence: "No such device". @out: DRAW_WHY_SIZE bytes. */
const char *draw_why(const struct draw_report *r, char *out, size_t size);

/** draw_label - source_label() of the report's source. */
const char *draw_label(const struct draw_report *r, char *out, size_t size);

/**
 * seed_clear - stop the draw if it still runs, without waiting for its sources; wipe and free. Accepts NULL and a
 * zeroed @s.
 */
void seed_clear(struct seed *s);

#endif
