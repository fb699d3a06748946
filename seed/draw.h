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

#define DRAW_MIX_BLOCK 1 /* one block besides those of the record; see seed_mix_key() */

/* The outcome of one source. It counts towards the claim only if draw_passed(). */
struct draw_report {
	const struct source_spec *spec;
	int err;             /* negative errno: the source is absent, or did not deliver */
	const char *skipped; /* why it was not drawn, though it has no fault; else NULL */
	bool left_out;       /* it was skipped because a required source had failed */
	struct health_figures health;
	/* After a replay: the source that delivered these bytes later; NULL: this source itself. */
	const struct draw_report *copy;
	uint64_t bytes;                          /* delivered in all */
	uint32_t block_bytes[RECORD_BLOCKS_MAX]; /* bytes that went into each block of the record */
	uint32_t assessed[RECORD_BLOCKS_MAX];    /* and the assessed bits of these bytes */
	uint64_t retries;
	unsigned assessed_per, per_bytes; /* its assessment: so many bits per so many bytes */
	char device[SOURCE_DEVICE_MAX];   /* see struct source_handle */
	/* An earlier source that is the same device and counts instead. */
	const struct draw_report *same_as;
	/* For the broker: its blocks, with the bits granted to each and the sources of these; else NULL. */
	const struct broker_block *given;
};

struct draw_memory;

struct seed {
	struct claim claim;
	enum claim_counted counted; /* what @claim may rest on: see seed_limit() */
	size_t blocks;              /* number of blocks in the record */
	struct draw_report report[SOURCES_MAX];
	size_t reports;
	struct source_list sources;
	uint32_t bits; /* strength asked for */
	struct draw_memory *memory;
	struct beside thread;
	bool running;      /* @thread is to be joined */
	atomic_bool begun; /* somebody has begun to draw: the thread, or the caller in its place */
	bool finished;     /* the draw has ended; only the thread's own end may be to come */
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
 * draw_memory_new - state that one draw keeps for the next, for a process that draws repeatedly
 * With it the health tests continue across draws, start-up samples are drawn only once, and bytes that an earlier draw
 * delivered are recognised. Secret. Two draws at the same time must not share one.
 * Returns: NULL: no memory. The caller frees it with draw_memory_free(), which accepts NULL.
 */
struct draw_memory *draw_memory_new(void);
void draw_memory_free(struct draw_memory *m);

/** draw_window_len - length in bytes of the windows that the replay test of these sources uses; see seed/windows.h */
size_t draw_window_len(const struct source_list *sources);

/**
 * seed_draw_with - seed_draw() for a process that draws repeatedly
 * @bits:   strength asked for, 0 to 256 * @blocks
 * @blocks: number of blocks, 1..RECORD_BLOCKS_MAX; each is drawn in full, even if @bits is less
 * @memory: from draw_memory_new(), used only with the same @sources; or NULL
 */
int seed_draw_with(struct seed *s, const struct source_list *sources, uint32_t bits, size_t blocks,
	struct draw_memory *memory);

/**
 * seed_draw_begin - start a draw in the background
 * @s:       the caller's storage; the caller calls seed_clear() in the end, also after an error
 * @sources: copied
 * @bits:    strength asked for, 1..RECORD_BITS_MAX
 *
 * Forks a child for each device, and starts one thread for all other sources. If that has not got a CPU until
 * seed_draw_end(), the caller draws in its place. @s->blocks is set on return.
 * Returns: 0; -EINVAL: @bits is out of range; -ENOMEM.
 */
int seed_draw_begin(struct seed *s, const struct source_list *sources, uint32_t bits);

/**
 * seed_draw_end - wait until every source is drawn, tested, conditioned and counted
 *
 * A source that failed is neither in the seed nor in the claim; @s->report has the reason.
 * The caller decides by @s->claim whether the seed is strong enough.
 * Returns: 0, or -ENODATA if no source passed, so that there is no seed.
 */
int seed_draw_end(struct seed *s);

/** seed_limit - reduce the claim to what rests on @counted; after seed_draw_end(). A second call never raises it again. */
void seed_limit(struct seed *s, enum claim_counted counted);

/** seed_bytes - the seed, 64 bytes a block; the pointer is valid until seed_clear(). */
const uint8_t *seed_bytes(const struct seed *s, size_t *ret_len);

/**
 * seed_mix_key - a key of 64 bytes for mixing host entropy into values that others may know, such as random_seed
 * It comes from a block of its own, made from other bytes than the seed, so it reveals nothing about the seed.
 * Returns: NULL if @unmixed was set in the list of sources. Valid until seed_clear().
 */
const uint8_t *seed_mix_key(const struct seed *s);

/** seed_hardware - the hardware bits of one block, after the margin was subtracted: at most 256. */
uint32_t seed_hardware(const struct seed *s, size_t block);

/**
 * seed_provenance - the assessed bits of each source in one block: "rdrand:384 tpm:320 kernel"
 * If there is no room for all sources, the text ends with the number of those left out: "file:384 file:384 and 9 more".
 */
void seed_provenance(const struct seed *s, size_t block, char out[BROKER_PROVENANCE]);

/** seed_describe - fill in all fields of @b except its bytes, from one block: its hardware bits and their sources */
void seed_describe(const struct seed *s, size_t block, struct broker_block *b);

/**
 * seed_report_use - if there is a connection to the broker, tell it what its blocks were used for, for its journal
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

/** seed_clear - stop the draw if it still runs, without waiting for its sources; wipe and free. Accepts NULL, and zeros. */
void seed_clear(struct seed *s);

#endif
