/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_GENERATOR_H
#define SERVE_GENERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serve/desk.h"

#define GENERATOR_BYTES    65536 /* a reseed is due after so many bytes, ... */
#define GENERATOR_MS       1000  /* ... and after so long, if any were made */
#define GENERATOR_PAUSE_MS 50    /* between two reseeds from the stock, however much is asked for */

struct generator_secret;

/*
 * The bytes that streams are given: seed/drbg.h, seeded by the kernel's generator, and from then on by blocks of the
 * stock as they can be spared, which is while more than half of it is there and no request waits at the desk. Else
 * the reseed is overdue, is made from the kernel's generator alone, and the bytes go on: whoever waits for these is
 * a guest at its boot. Of one thread.
 */
struct generator {
	struct generator_secret *secret;
	struct reservoir *reservoir;
	const struct desk *desk;
	uint64_t since;              /* bytes since the last reseed from a block */
	uint64_t kernel_since;       /* and since the last of any kind */
	int64_t block_ms, kernel_ms; /* when these were; INT64_MIN: never */
	uint64_t bytes, reseeds,
		overdue; /* in all; overdue: reseeds that had to do without a block */
	bool took;       /* a block from the stock, since the caller last set it back */
};

/** generator_init - needs generator_clear() in the end, also after an error. Returns: 0 or -ENOMEM. */
int generator_init(struct generator *g, struct reservoir *reservoir, const struct desk *desk);
void generator_clear(struct generator *g);

/** generator_make - @len bytes. Returns: 0; -EAGAIN, and nothing is written, until the kernel's generator is ready. */
int generator_make(struct generator *g, uint8_t *out, size_t len, int64_t now_ms);

/** generator_stir - bytes of unknown worth, which are mixed in. */
void generator_stir(struct generator *g, const uint8_t *bytes, size_t len);

/** generator_restart - this machine may go on from a state that another one has too: a reseed is due. */
void generator_restart(struct generator *g);

#endif
