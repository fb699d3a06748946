/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_MEMORY_H
#define SEED_ESTIMATE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#define CONTEXT_MAX 16 /* symbols: D of SP 800-90B 6.3.9 and B of 6.3.10 */

typedef unsigned __int128 context; /* symbols behind one another, the latest lowest */

struct slot;

/*
 * What followed each context. Two symbols have few contexts: a plain table has room for all. Else a hash
 * table with open addressing, keys compared whole.
 */
struct memory {
	unsigned width; /* bits of a symbol in a context: 1 or 8 */
	uint32_t (*pair)[2];
	struct slot *slot;
	size_t room, used;
	uint64_t key[2]; /* of the hash; it changes no result */
};

/** memory_init - nothing remembered yet; @k symbols there are. Returns: 0 or -ENOMEM. */
int memory_init(struct memory *m, unsigned k);

/** memory_push - the context @c with one more symbol behind it. */
context memory_push(const struct memory *m, context c, uint8_t symbol);

/** memory_last - its last @depth symbols alone. */
context memory_last(const struct memory *m, context c, unsigned depth);

/** memory_times - how often @symbol followed this context of @depth symbols. */
uint32_t memory_times(const struct memory *m, context c, unsigned depth, uint8_t symbol);

/** memory_guess - what followed it most often, of equals the largest; how often: 0, it is new. */
uint32_t memory_guess(const struct memory *m, context c, unsigned depth, uint8_t *ret_best);

/** memory_learn - @symbol followed it once more, or for the first time. Returns: 0 or -ENOMEM. */
int memory_learn(struct memory *m, context c, unsigned depth, uint8_t symbol);

/** memory_clear - wipe and free. */
void memory_clear(struct memory *m);

#endif
