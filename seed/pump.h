/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_PUMP_H
#define SEED_PUMP_H

#include <pthread.h>
#include <stdbool.h>

#include "seed/health.h"
#include "seed/source/source.h"

/*
 * Reads a CPU source ahead with two threads. The first thread, the taker, looks for replays in a chunk and hashes it.
 * Meanwhile a second thread, the helper, which would otherwise only wait, reads the next chunk and runs its health
 * tests; that is a sixth of the work. If the taker is free first, it reads the next chunk. Without a helper the taker
 * reads every chunk, and only time is lost.
 */
#define PUMP_CHUNK  4096
#define PUMP_CHUNKS 6

struct pump {
	pthread_mutex_t lock;
	pthread_cond_t turn;
	_Atomic unsigned turns;   /* counts changes of the state; wait_for_change() watches it */
	const struct source *src; /* the source that is being read; NULL: none */
	struct source_handle *handle;
	struct health *health; /* tests of the source; used only by the thread that reads */
	struct health_figures found[PUMP_CHUNKS]; /* figures of the tests after each chunk in use */
	uint8_t *ring; /* PUMP_CHUNKS * PUMP_CHUNK bytes, secret, owned by the caller */
	uint64_t left; /* bytes that nobody has begun to read */
	/* @next: index of the oldest chunk in use; @ready: number of chunks that wait to be taken. */
	size_t next, ready;
	bool taken;   /* the taker holds the oldest chunk */
	bool reading; /* a thread is reading a chunk */
	bool closed;
	int err;
};

/** pump_init - make a pump. @ring: PUMP_CHUNKS * PUMP_CHUNK bytes of secret memory, valid as long as the pump */
void pump_init(struct pump *p, uint8_t *ring);

/**
 * pump_begin - begin to read @len bytes, a multiple of PUMP_CHUNK, from a source
 * @health: the tests, which continue with these bytes; the caller must not touch them until pump_end()
 */
void pump_begin(struct pump *p, const struct source *src, struct source_handle *h,
	struct health *health, uint64_t len);

/**
 * pump_take - take the next chunk; if no helper has read it yet, read it now
 * @ret:   the chunk, PUMP_CHUNK bytes, valid until the next call
 * @found: figures of the health tests after this chunk; once a chunk has failed a test, no further chunk is read
 * Returns: 0; an -errno of the source; -ENODATA: all chunks were taken.
 */
int pump_take(struct pump *p, const uint8_t **ret, struct health_figures *found);

/** pump_end - stop reading this source: wait for a helper that is just reading from it, then wipe the ring. */
void pump_end(struct pump *p);

/** pump_help - the work of a helper: read ahead until pump_close() is called. */
void pump_help(struct pump *p);

/** pump_close - make pump_help() return in all helpers. */
void pump_close(struct pump *p);

/** pump_clear - free the pump's lock; call it after all helpers have returned. */
void pump_clear(struct pump *p);

#endif
