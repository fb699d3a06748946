/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_DRAW_H
#define SEED_DRAW_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/wire/broker.h"
#include "seed/claim.h"
#include "seed/health.h"
#include "seed/pump.h"
#include "seed/source/reader.h"
#include "seed/source/source.h"

#define DRAW_MIX_BLOCK 1 /* one block besides those of the record; see seed_mix_key() */

/* What became of one source. Counted only if draw_passed(). */
struct draw_report {
	const struct source_spec *spec;
	int err;             /* negative errno: absent, or it failed to deliver */
	const char *skipped; /* why it was not drawn, though nothing is wrong with it; else NULL */
	bool needless;       /* that was because a required source had failed before */
	struct health_figures health;
	const struct draw_report
		*copy;  /* of a replay: who delivered these bytes later; NULL: itself */
	uint64_t bytes; /* delivered, in all */
	uint32_t block_bytes
		[RECORD_BLOCKS_MAX]; /* of them, what went into each of the record's blocks, */
	uint32_t assessed[RECORD_BLOCKS_MAX]; /* and the bits that this was assessed at */
	uint64_t retries;
	unsigned assessed_per, per_bytes;  /* its rate, as settled when it was opened */
	char device[SOURCE_DEVICE_MAX];    /* see struct source_handle */
	const struct draw_report *same_as; /* the source that is the same device, and is counted */
	/* The broker's: bits granted to each block, and what they rest on; else NULL. */
	const struct broker_block *given;
};

struct draw_memory;

struct seed {
	struct claim claim;
	enum claim_counted counted; /* what @claim rests on: see seed_limit() */
	size_t blocks;              /* of the record */
	struct draw_report report[SOURCES_MAX];
	size_t reports;
	struct source_list sources;
	uint32_t bits; /* asked for */
	struct draw_memory *memory;
	pthread_t thread;
	bool running;
	bool stoppable; /* by @stop, an eventfd: the thread waits for devices and the broker no longer */
	int stop;
	bool gave_up; /* a required source failed, and the others were not waited for */
	struct pump pump;
	bool linked; /* @broker is the descriptor of the broker that gave something */
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
 * draw_memory_new - what one draw leaves for the next, in a process that draws again and again
 * Tests go on where they stood, start-up samples are drawn once, and bytes that an earlier draw had are known
 * again. Secret; draw_memory_free() takes NULL. Not for two draws at once.
 */
struct draw_memory *draw_memory_new(void);
void draw_memory_free(struct draw_memory *m);

/** draw_window_len - bytes of the windows in which replays of these sources are looked for; see seed/replay.h */
size_t draw_window_len(const struct source_list *sources);

/**
 * seed_draw_with - seed_draw() for a process that draws again and again
 * @bits:   strength asked for, which may be none: 0..256 * @blocks
 * @blocks: drawn, each as large and as good as if all were asked of it: 1..RECORD_BLOCKS_MAX
 * @memory: of the draws before, from the same @sources always; or NULL
 */
int seed_draw_with(struct seed *s, const struct source_list *sources, uint32_t bits, size_t blocks,
	struct draw_memory *memory);

/**
 * seed_draw_begin - start to draw, beside whatever the caller does meanwhile
 * @s:       the caller's storage; needs seed_clear() in the end, also after an error
 * @sources: copied
 * @bits:    strength asked for, 1..RECORD_BITS_MAX
 *
 * Devices are read in children, side by side, that begin here; the rest is drawn in a thread.
 * Returns: 0; -EINVAL for @bits; -ENOMEM. How many blocks there will be is known from here on.
 */
int seed_draw_begin(struct seed *s, const struct source_list *sources, uint32_t bits);

/**
 * seed_draw_end - wait until every source is drawn, tested, conditioned and counted
 *
 * A source that fails is left out of everything and counts for nothing; @s->report has the reason.
 * Whether what is left suffices is the caller's decision, by @s->claim.
 * Returns: 0, or -ENODATA when not one source delivered: there is no seed.
 */
int seed_draw_end(struct seed *s);

/** seed_limit - claim no more than what rests on @counted, from seed_draw_end() on; two limits: the stricter one. */
void seed_limit(struct seed *s, enum claim_counted counted);

/** seed_bytes - the seed, 64 bytes a block; the pointer holds until seed_clear(). */
const uint8_t *seed_bytes(const struct seed *s, size_t *ret_len);

/**
 * seed_mix_key - 64 bytes for mixing into values that are not secret to everybody
 * From a block of its own, with an input of its own: it tells nothing of the seed. NULL if the list of sources
 * said that it is not wanted.
 */
const uint8_t *seed_mix_key(const struct seed *s);

/** seed_hardware - bits of hardware in one block of the seed, the margin taken off: at most 256. */
uint32_t seed_hardware(const struct seed *s, size_t block);

/**
 * seed_provenance - the bits assessed by each source in one block: "rdrand:384 tpm:320 kernel"
 * Where not all sources have room it ends with the number of the others: "file:384 file:384 and 9 more".
 */
void seed_provenance(const struct seed *s, size_t block, char out[BROKER_PROVENANCE]);

/** seed_describe - all that the broker says of one block but its bytes: @b->hardware_bits, and what they rest on */
void seed_describe(const struct seed *s, size_t block, struct broker_block *b);

/**
 * seed_report_use - tell the broker, where it gave something, what became of it; for its journal
 * @uuid: the instance's, or zero
 */
void seed_report_use(const struct seed *s, const uint8_t uuid[UUID_SIZE]);

/** draw_passed - did this source deliver, and pass its tests? */
bool draw_passed(const struct draw_report *r);

/** health_why - which test failed and by what figure, as the end of a sentence: "9 equal samples in a row". */
void health_why(const struct health_figures *h, char *out, size_t size);

#define DRAW_WHY_SIZE 160

/** draw_why - what is wrong with it, as the end of a sentence: "No such device". @out: DRAW_WHY_SIZE bytes. */
const char *draw_why(const struct draw_report *r, char *out, size_t size);

/** draw_label - source_label() of it. */
const char *draw_label(const struct draw_report *r, char *out, size_t size);

/** seed_clear - wipe and free; of a zeroed struct as well. A draw that still goes on is ended, and no source waited for. */
void seed_clear(struct seed *s);

#endif
