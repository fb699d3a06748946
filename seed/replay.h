/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_REPLAY_H
#define SEED_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seed/cutoff.h"

/*
 * The replay test: finds bytes that the same source, or another one, delivered before. The stream of a source is cut
 * into windows of equal length, and the fingerprint of each is stored. The window that begins at each single byte is
 * looked up. So a copy that is at least two windows long is found at any distance and any offset.
 *
 * The length is chosen so that a source with the assumed min-entropy repeats a given window with probability 2^-80. All
 * sources of one set use the same length, that of the source with the least min-entropy.
 *
 * A fingerprint is sum(k[i+1] * w[i]) + k[0] modulo 2^128, of which the highest 96 bits are kept; w are the 32-bit words
 * of the window, k is a random key. The highest 97 bits are strongly universal: two different windows have the same
 * fingerprint with probability 2^-96 (Lemire and Kaser, "Strongly universal string hashing is fast", 2014, theorem 3.1).
 */
#define REPLAY_SOURCES 255
#define REPLAY_WORDS   (HEALTH_REPLAY_MOST / 4)
#define REPLAY_SEED    32
#define REPLAY_BEGINS  65536 /* bits */

struct window_slot {
	uint64_t high; /* the first 64 bits of a fingerprint */
	/* High half: the next 32 bits; low half: 1 + number of the source, 0 in a free slot. */
	uint64_t low;
};

/* A hash table of windows, with open addressing. */
struct window_table {
	struct window_slot *slot;
	size_t room, used; /* slots in all, and slots in use */
	bool lent;         /* the caller owns the memory of @slot */
};

/* The windows of one kind of source, in two generations: windows_age() makes the young one the old one. */
struct window_kind {
	struct window_table young, old;
};

/* Sources of many bytes and few bits have tables of their own, as they would displace the windows of all others. */
enum { WINDOWS_SCARCE, WINDOWS_ABUNDANT, WINDOWS_KINDS };

/* A set of windows. Secret. */
struct windows {
	struct window_kind kind[WINDOWS_KINDS];
	/* A filter with one bit for each hash of a window's first 8 bytes. Most windows that are looked up find their bit
	 * unset, so that the tables need not be searched. */
	uint64_t begins[REPLAY_BEGINS / 64];
	size_t len; /* bytes of a window; 0 before the first windows_lengthen() */
	uint8_t seed[REPLAY_SEED];
	unsigned __int128 key[1 + REPLAY_WORDS];
};

/** windows_init - make an empty set; @seed: random, so that nobody can construct windows with equal fingerprints. */
void windows_init(struct windows *w, const uint8_t seed[REPLAY_SEED]);

/**
 * windows_lengthen - make windows at least @len bytes long, 1 to HEALTH_REPLAY_MOST
 * Returns: did the length grow? The set has then forgotten all windows.
 */
bool windows_lengthen(struct windows *w, size_t len);

/**
 * windows_lend - give the set its first slots, for abundant sources or for the others
 * @slot: secret; the caller owns it, and keeps it as long as the set is used
 * @room: number of slots, at least 1; see windows_room()
 */
void windows_lend(struct windows *w, bool abundant, struct window_slot *slot, size_t room);

/** windows_room - how many slots the windows of @bytes bytes need, if each has @len bytes. */
size_t windows_room(uint64_t bytes, size_t len);

/**
 * windows_age - forget old windows, for a set that is used for a long time; call it before each draw
 * @most: for each kind of source, at least the latest @most windows remain known, and roughly twice as many are kept
 */
void windows_age(struct windows *w, size_t most);

/** windows_forget - forget all windows. */
void windows_forget(struct windows *w);

/** windows_clear - wipe and free. */
void windows_clear(struct windows *w);

/* The state of one source's stream between two reads. Secret. All zeros at the beginning of the stream. */
struct replay {
	uint64_t at;                      /* offset in the stream of the next window to look at */
	size_t kept;                      /* number of bytes that were delivered from there on, */
	uint8_t tail[HEALTH_REPLAY_MOST]; /* and these bytes: fewer than a window */
	uint8_t joint[2 *
		HEALTH_REPLAY_MOST]; /* scratch space: the tail, and the first of the next bytes */
};

/* How a source's windows are handled. */
struct replay_mode {
	unsigned source; /* number of the source, below REPLAY_SOURCES */
	bool abundant; /* see WINDOWS_ABUNDANT; windows are looked up at every byte only if health_is_sampled() */
};

/**
 * replay_update - look up the windows of the next bytes, and store those that begin at a multiple of their length
 * @ret_source: written only if 1 is returned: the source that had delivered the window before
 *
 * The result does not depend on how the stream is divided into calls.
 * Returns: 0; 1: a window was delivered before, and the bytes after it were not looked at; -ENOMEM.
 */
int replay_update(struct replay *r, struct windows *w, const struct replay_mode *mode,
	const uint8_t *raw, size_t len, unsigned *ret_source);

#endif
