/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_REPEATS_H
#define DRIVE_REPEATS_H

#include <stddef.h>

/*
 * How many of many secret values are repetitions. Of each value only a BLAKE2b under a random key is kept: without
 * the key it reveals nothing of the value, so that the key alone needs locked memory, however many values there are.
 */
struct repeats_key;
struct repeats_mark;

struct repeats {
	struct repeats_key *key;
	struct repeats_mark *mark;
	size_t count; /* values added */
	size_t room;
};

/**
 * repeats_add - add a value
 * @r:   zeroed before the first call; needs repeats_clear() in the end, also after an error
 * @len: bytes of @value; may be 0
 * Returns: 0 or -ENOMEM.
 */
int repeats_add(struct repeats *r, const void *value, size_t len);

/**
 * repeats_find - how many values equal one that was added before: @r->count less the number of different values
 * Sorts, so that it takes O(n log n) time for n values.
 */
size_t repeats_find(struct repeats *r);

/** repeats_clear - wipe the key and give back all memory; @r is as zeroed. */
void repeats_clear(struct repeats *r);

#endif
