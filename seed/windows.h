/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_WINDOWS_H
#define SEED_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seed/cutoff.h"
#include "seed/window_table.h"

/*
 * The set of windows that the sources of one draw, or of the daemon, have delivered. The replay test (seed/replay.h)
 * looks them up.
 *
 * The length of a window is chosen so that a source with the assumed min-entropy repeats a given window with
 * probability 2^-80. All sources of a set use the same length: the one that the source with the lowest min-entropy
 * needs.
 *
 * A fingerprint is sum(k[i+1] * w[i]) + k[0] modulo 2^128, of which the highest 96 bits are kept; w are the 32-bit words
 * of the window, k is a random key. The highest 97 bits are strongly universal: two different windows have the same
 * fingerprint with probability 2^-96 (Lemire and Kaser, "Strongly universal string hashing is fast", 2014, theorem 3.1).
 */
#define WINDOWS_WORDS (HEALTH_REPLAY_MOST / 4)
#define WINDOWS_SEED  32

/* Hashes in a filter, as a power of two: in the filter of each set, and in one for a set that is used for a long time. */
#define WINDOWS_FEW  14
#define WINDOWS_MANY 19
/* The words of such a filter, which has four bits for each hash. */
#define WINDOWS_FILTER(log) (((size_t)1 << (log)) / 16)

/* The windows of one kind of source, in two generations. windows_age() turns the young generation into the old one. */
struct window_kind {
	struct window_table young, old;
};

/* Abundant sources, which have many bytes and few bits, have separate tables, because they would displace the windows
 * of all other sources. */
enum { WINDOWS_SCARCE, WINDOWS_ABUNDANT, WINDOWS_KINDS };

/* A set of windows. Secret. */
struct windows {
	struct window_kind kind[WINDOWS_KINDS];
	/* A filter that has four bits for each hash of a window's first 8 bytes: one for each kind and generation that
	 * has such a window. Of the windows that are looked up, most find no bit set, so that the tables need not be
	 * searched. */
	uint64_t *begins;
	unsigned begins_log;
	/* The filter, unless the caller has lent another one. */
	uint64_t few[WINDOWS_FILTER(WINDOWS_FEW)];
	size_t len; /* bytes of a window; 0 before the first windows_lengthen() */
	uint8_t seed[WINDOWS_SEED];
	unsigned __int128 key[1 + WINDOWS_WORDS];
};

/** windows_init - make an empty set; @seed: random, so that nobody can construct windows with equal fingerprints. */
void windows_init(struct windows *w, const uint8_t seed[WINDOWS_SEED]);

/**
 * windows_lengthen - make windows at least @len bytes long, 1 to HEALTH_REPLAY_MOST
 * Returns: did the length grow? The set has then forgotten all windows.
 */
bool windows_lengthen(struct windows *w, size_t len);

/**
 * windows_lend - give the set the slots that it uses first, for abundant sources or for all others
 * @slot: secret; the caller owns it, and keeps it as long as the set is used
 * @room: number of slots, at least 1; see windows_room()
 */
void windows_lend(struct windows *w, bool abundant, struct window_slot *slot, size_t room);

/**
 * windows_lend_filter - give an empty set the filter that it uses
 * @begins: secret; WINDOWS_FILTER(WINDOWS_MANY) words; the caller owns it, and keeps it as long as the set is used
 */
void windows_lend_filter(struct windows *w, uint64_t *begins);

/** windows_room - how many slots are needed for the windows of @bytes bytes, if each window has @len bytes. */
size_t windows_room(uint64_t bytes, size_t len);

/**
 * windows_age - forget old windows, for a set that is used for a long time; call it before each draw
 * @most: of each kind of source, the newest @most windows or more remain known; up to about twice as many are kept
 */
void windows_age(struct windows *w, size_t most);

/** windows_forget - forget all windows. */
void windows_forget(struct windows *w);

/** windows_clear - wipe and free. */
void windows_clear(struct windows *w);

#endif
