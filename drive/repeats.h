/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_REPEATS_H
#define DRIVE_REPEATS_H

#include <stddef.h>

/*
 * Counts how many of many secret values are repetitions. Of each value only a BLAKE2b hash with a random key is kept.
 * Without the key the hashes reveal nothing about the values, so only the key needs locked memory, however many values
 * there are.
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
 * @r:   zeroed before the first call; the caller calls repeats_clear() in the end, also after an error
 * @len: bytes of @value; may be 0
 * Returns: 0 or -ENOMEM.
 */
int repeats_add(struct repeats *r, const void *value, size_t len);

/**
 * repeats_find - count the values that equal one added before: @r->count minus the number of different values
 * Sorts the hashes, so it takes O(n log n) time for n values.
 */
size_t repeats_find(struct repeats *r);

/** repeats_clear - wipe the key, free all memory, and zero @r. */
void repeats_clear(struct repeats *r);

#endif
