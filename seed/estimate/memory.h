/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_MEMORY_H
#define SEED_ESTIMATE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#define CONTEXT_MAX 16 /* symbols in the longest context: D of SP 800-90B 6.3.9, B of 6.3.10 */

typedef unsigned __int128 context; /* consecutive symbols; the latest is in the lowest bits */

struct slot;

/*
 * Counts which symbols followed each context. If there are two symbols, there are few contexts, and a plain table has
 * room for all of them. If there are more symbols, the table is a hash table with open addressing that compares whole
 * keys.
 */
struct memory {
	unsigned width;      /* bits of a symbol in a context: 1 or 8 */
	uint32_t (*pair)[2]; /* the plain table, indexed by the context; NULL: @slot is used */
	struct slot *slot;   /* the hash table, or NULL */
	size_t room, used;   /* slots in all, and slots in use */
	uint64_t key[2];     /* random key of the hash; it changes no result */
};

/** memory_init - make an empty memory for @k different symbols. Returns: 0 or -ENOMEM. */
int memory_init(struct memory *m, unsigned k);

/** memory_push - append @symbol to the context @c. Returns: the new context. */
context memory_push(const struct memory *m, context c, uint8_t symbol);

/** memory_last - shorten the context to its last @depth symbols. */
context memory_last(const struct memory *m, context c, unsigned depth);

/** memory_times - how often @symbol followed this context of @depth symbols. */
uint32_t memory_times(const struct memory *m, context c, unsigned depth, uint8_t symbol);

/**
 * memory_guess - the symbol that followed this context most often
 * @ret_best: that symbol; of several with the same count, the largest one
 * Returns: how often that symbol followed; 0: the context is new.
 */
uint32_t memory_guess(const struct memory *m, context c, unsigned depth, uint8_t *ret_best);

/** memory_learn - count that @symbol followed this context. Returns: 0 or -ENOMEM. */
int memory_learn(struct memory *m, context c, unsigned depth, uint8_t symbol);

/** memory_clear - wipe and free. */
void memory_clear(struct memory *m);

#endif
