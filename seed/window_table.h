/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_WINDOW_TABLE_H
#define SEED_WINDOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Secret: fingerprints of windows; see seed/windows.h. */
struct window_slot {
	uint64_t high; /* the first 64 bits of a fingerprint */
	/* High half: the next 32 bits of it. Low half: 1 + the number of the source; 0: the slot is free. */
	uint64_t low;
};

/* A hash table of windows, with open addressing. Secret. A table of all zeros is empty. */
struct window_table {
	struct window_slot *slot;
	size_t room, used; /* slots in all, and slots in use */
	bool lent;         /* the caller owns the memory of @slot */
};

/** window_table_room - the number of slots that a table needs for @windows windows. */
size_t window_table_room(size_t windows);

/**
 * window_table_grow - make room for @more windows and for one free slot, which a search needs to end
 * Returns: 0; -ENOMEM: the table is unchanged.
 */
int window_table_grow(struct window_table *t, size_t more);

/** window_table_empty - forget all windows; the slots stay. */
void window_table_empty(struct window_table *t);

/** window_table_drop - wipe and free the slots; lent slots are only wiped. */
void window_table_drop(struct window_table *t);

/**
 * window_table_place - the slot at which the search for a fingerprint begins; the fingerprint's high bits are the hash.
 */
static inline size_t window_table_place(const struct window_table *t, uint64_t high)
{
	return (size_t)((unsigned __int128)high * t->room >> 64);
}

static inline bool window_slot_same(const struct window_slot *a, const struct window_slot *b)
{
	return a->high == b->high && a->low >> 32 == b->low >> 32;
}

/**
 * window_table_find - find the slot that has the fingerprint; if none has it, the free slot where it belongs
 * @t: must have a free slot
 */
static inline struct window_slot *window_table_find(
	const struct window_table *t, const struct window_slot *print)
{
	size_t i = window_table_place(t, print->high);

	while (t->slot[i].low != 0 && !window_slot_same(t->slot + i, print))
		i = i + 1 < t->room ? i + 1 : 0;
	return t->slot + i;
}

#endif
