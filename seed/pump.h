/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_PUMP_H
#define SEED_PUMP_H

#include <pthread.h>
#include <stdbool.h>

#include "seed/health.h"
#include "seed/source/source.h"

/*
 * A CPU source's samples, a chunk ahead of who takes them: while one thread looks for replays in a chunk and hashes
 * it, another that only waits for it can read the next and do its health tests, which are a sixth of the work.
 * Whoever comes first reads; without a helper the taker does, and nothing is lost but the time.
 */
#define PUMP_CHUNK  4096
#define PUMP_CHUNKS 6

struct pump {
	pthread_mutex_t lock;
	pthread_cond_t turn;
	_Atomic unsigned turns;   /* how often something has changed */
	const struct source *src; /* NULL: nothing to read just now */
	struct source_handle *handle;
	struct health *health; /* the source's, and whoever reads is at it alone */
	struct health_figures found[PUMP_CHUNKS]; /* with each chunk that is in use */
	uint8_t *ring;      /* PUMP_CHUNKS * PUMP_CHUNK bytes, secret, the caller's */
	uint64_t left;      /* bytes not yet asked for */
	size_t next, ready; /* the oldest chunk in use, and how many behind it wait to be taken */
	bool taken;         /* that oldest one is in the taker's hands */
	bool reading;       /* somebody is at it */
	bool closed;
	int err;
};

/** pump_init - @ring: for as long as the pump */
void pump_init(struct pump *p, uint8_t *ring);

/**
 * pump_begin - from now on @len bytes of this source are wanted: a multiple of PUMP_CHUNK
 * @health: goes on with these bytes; the pump's until pump_end()
 */
void pump_begin(struct pump *p, const struct source *src, struct source_handle *h,
	struct health *health, uint64_t len);

/**
 * pump_take - the next chunk
 * @ret: where it stands, until the next call
 * @found: what its health tests have found, by the end of it; behind a chunk that failed none is read
 * Returns: 0, or the source's -errno; -ENODATA: there is no more.
 */
int pump_take(struct pump *p, const uint8_t **ret, struct health_figures *found);

/** pump_end - no more of this source; waits for a helper that is at it, and wipes. */
void pump_end(struct pump *p);

/** pump_help - read ahead for whoever takes, until pump_close(). */
void pump_help(struct pump *p);

/** pump_close - send helpers home. */
void pump_close(struct pump *p);

/** pump_clear - after the last helper. */
void pump_clear(struct pump *p);

#endif
