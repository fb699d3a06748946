/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_REPLAY_H
#define SEED_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seed/cutoff.h"

/*
 * Bytes that were delivered before, by the same source or by another one. Of each source's stream the windows
 * that begin at a multiple of their length are stored, as fingerprints, and those that begin at any byte are
 * looked up: whatever the period, or however the copy is shifted, one that is as long as two windows is found.
 *
 * The length is such that an honest source gives the same window twice with probability 2^-80. It is one
 * for all sources whose windows are in one set: that of the least min-entropy.
 *
 * Fingerprints: 97 bits of sum(k[i+1] * w[i]) + k[0] modulo 2^128, of which 96 are kept, with w the
 * window's 32-bit words and k random: two different windows have the same one with probability 2^-96 (Lemire
 * and Kaser, "Strongly universal string hashing is fast", 2014, theorem 3.1).
 */
#define REPLAY_SOURCES 255
#define REPLAY_WORDS   (HEALTH_REPLAY_MOST / 4)
#define REPLAY_SEED    32
#define REPLAY_BEGINS  65536 /* bits */

struct window_slot {
	uint64_t high; /* the first 64 bits of a fingerprint */
	uint64_t low;  /* 32 more; below them 1 + the source, so that 0 is a free slot */
};

/* Windows since the last change of generations. */
struct window_table {
	struct window_slot *slot; /* open addressing */
	size_t room, used;
	bool lent; /* @slot is the caller's */
};

/* What of one kind is remembered: those before the last change too. */
struct window_kind {
	struct window_table young, old;
};

/* A source that delivers a great deal for few bits would make a set forget those of the others. */
enum { WINDOWS_SCARCE, WINDOWS_ABUNDANT, WINDOWS_KINDS };

/* A set of windows. Secret. */
struct windows {
	struct window_kind kind[WINDOWS_KINDS];
	/* A bit for how each window begins: most of those that are looked up begin as none does. */
	uint64_t begins[REPLAY_BEGINS / 64];
	size_t len; /* bytes of a window; 0: none was asked for yet */
	uint8_t seed[REPLAY_SEED];
	unsigned __int128 key[1 + REPLAY_WORDS];
};

/** windows_init - an empty set; @seed: random, so that nobody can make fingerprints meet at will. */
void windows_init(struct windows *w, const uint8_t seed[REPLAY_SEED]);

/**
 * windows_lengthen - from now on windows have @len bytes at least, 1 to HEALTH_REPLAY_MOST
 * Where that is longer than before, what was stored is forgotten. Returns: have they changed?
 */
bool windows_lengthen(struct windows *w, size_t len);

/**
 * windows_lend - slots to begin with, for the sources that are abundant or for those that are not
 * @slot: the caller's, secret, and as long as the set is used
 * @room: how many slots, at least 1; windows_room() gives the number for a length in bytes
 */
void windows_lend(struct windows *w, bool abundant, struct window_slot *slot, size_t room);

/** windows_room - how many slots @bytes of a source want, in windows of @len. */
size_t windows_room(uint64_t bytes, size_t len);

/**
 * windows_age - for a set that is used for ever: of each kind the last @most windows at least are known, and no
 * more than twice as many kept
 */
void windows_age(struct windows *w, size_t most);

/** windows_forget - all of them. */
void windows_forget(struct windows *w);

/** windows_clear - wipe and free. */
void windows_clear(struct windows *w);

/* One source's stream; it goes on from one read to the next. Secret. All zero: at its beginning. */
struct replay {
	uint64_t at; /* where in the stream the next window to look at begins */
	size_t kept; /* of the bytes from there on, */
	uint8_t tail[HEALTH_REPLAY_MOST]; /* which are fewer than a window */
	uint8_t joint[2 *
		HEALTH_REPLAY_MOST]; /* at work: the tail, and the beginning of what comes next */
};

/* How a source's windows are handled. */
struct replay_mode {
	unsigned source; /* a number, below REPLAY_SOURCES */
	bool abundant; /* see WINDOWS_ABUNDANT; and only where health_is_sampled() is looked up at every byte */
};

/**
 * replay_update - look the next bytes' windows up, and store those that are to be stored
 * @ret_source: of 1, who had delivered the window before
 *
 * In how many pieces they come makes no difference.
 * Returns: 0; 1: one of them was there before, and nothing behind it was looked at; -ENOMEM.
 */
int replay_update(struct replay *r, struct windows *w, const struct replay_mode *mode,
	const uint8_t *raw, size_t len, unsigned *ret_source);

#endif
