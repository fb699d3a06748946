/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_WINDOW_TABLE_H
#define SEED_WINDOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Secret: fingerprints of windows; see seed/windows.h. */
struct window_slot {
	uint64_t high; /* the first 64 bits of a fingerprint */
	/* High half: the next 32 bits; low half: 1 + number of the source, 0 in a free slot. */
	uint64_t low;
};

/* A hash table of windows, with open addressing. Secret. All zeros: an empty one. */
struct window_table {
	struct window_slot *slot;
	size_t room, used; /* slots in all, and slots in use */
	bool lent;         /* the caller owns the memory of @slot */
};

/** window_table_room - how many slots a table needs for that number of windows. */
size_t window_table_room(size_t windows);

/**
 * window_table_grow - make room for @more windows, and for a free slot besides, where a search ends
 * Returns: 0; -ENOMEM: the table is as it was.
 */
int window_table_grow(struct window_table *t, size_t more);

/** window_table_empty - forget all windows; the slots stay. */
void window_table_empty(struct window_table *t);

/** window_table_drop - wipe and free the slots; those that are lent are only wiped. */
void window_table_drop(struct window_table *t);

/** window_table_place - the slot where the search for a fingerprint begins; its high bits serve as the hash. */
static inline size_t window_table_place(const struct window_table *t, uint64_t high)
{
	return (size_t)((unsigned __int128)high * t->room >> 64);
}

static inline bool window_slot_same(const struct window_slot *a, const struct window_slot *b)
{
	return a->high == b->high && a->low >> 32 == b->low >> 32;
}

/**
 * window_table_find - the slot that has the fingerprint, or the free one where it belongs
 * @t: has a free slot
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
