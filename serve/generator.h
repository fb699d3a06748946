/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_GENERATOR_H
#define SERVE_GENERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serve/desk.h"

#define GENERATOR_BYTES    65536 /* a reseed is due after this many bytes, ... */
#define GENERATOR_MS       1000  /* ... or after this time, when bytes are requested again */
#define GENERATOR_PAUSE_MS 50    /* shortest pause between two reseeds from the stock */

struct generator_secret;

/*
 * The generator of the bytes that are sent to streams (seed/drbg.h). Blocks of the stock seed and reseed it, as long as
 * the stock is more than half full and no request waits at the desk. Otherwise the reseed is overdue, and uses only the
 * kernel's generator: a guest that waits for bytes at its boot must get them. So does, without being overdue, a reseed
 * within GENERATOR_PAUSE_MS of one from the stock. Only one thread may use it.
 */
struct generator {
	struct generator_secret *secret;
	struct reservoir *reservoir;
	const struct desk *desk;
	uint64_t since;              /* bytes made since the last reseed from a block */
	uint64_t kernel_since;       /* bytes made since the last reseed of any kind */
	int64_t block_ms, kernel_ms; /* when these two reseeds took place; INT64_MIN: never */
	/* Totals since the start; @overdue: reseeds for which the stock had no block. */
	uint64_t bytes, reseeds, overdue;
	bool took; /* a block was taken from the stock; the caller resets it */
};

/** generator_init - set up; needs generator_clear() in the end, also after an error. Returns: 0 or -ENOMEM. */
int generator_init(struct generator *g, struct reservoir *reservoir, const struct desk *desk);
void generator_clear(struct generator *g);

/**
 * generator_make - write @len bytes to @out
 * Returns: 0; -EAGAIN if the kernel's generator is not ready yet: nothing is written.
 */
int generator_make(struct generator *g, uint8_t *out, size_t len, int64_t now_ms);

/** generator_stir - mix in bytes; they count as no entropy. */
void generator_stir(struct generator *g, const uint8_t *bytes, size_t len);

/**
 * generator_restart - reseed before the next bytes, because another machine may have the same state (restore or copy)
 */
void generator_restart(struct generator *g);

#endif
