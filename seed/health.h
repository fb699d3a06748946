/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_HEALTH_H
#define SEED_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The tests on a source's bytes as delivered, before any conditioning. Pure: no allocation but the
 * set of windows, no clock, no message. They catch broken hardware. They do not prove entropy:
 * a counter that is hashed passes them all.
 *
 * Constants: NIST SP 800-90B 4.4.1 and 4.4.2 with alpha = 2^-30 and H = 4 bits a byte, one byte a
 * sample; tests/seed/cutoffs.py recomputes them. 1024 start-up samples: 4.3, requirement 12.
 */
#define HEALTH_H_BITS     4
#define HEALTH_RCT_CUTOFF 9  /* 1 + ceil(30 / 4) */
#define HEALTH_APT_CUTOFF 71 /* 1 + critbinom(512, 2^-4, 1 - 2^-30) */
#define HEALTH_APT_WINDOW 512
#define HEALTH_STARTUP    1024
#define HEALTH_REPEAT     16 /* bytes of an aligned window that must not come twice */

enum health_test {
	HEALTH_PASS,
	HEALTH_RCT,    /* repetition count: a run of equal samples */
	HEALTH_APT,    /* adaptive proportion: one sample too often in a window */
	HEALTH_WORDS,  /* CPU sources: two equal 64-bit words one after the other */
	HEALTH_STUCK,  /* CPU sources: the word 0 or ~0 for the second time */
	HEALTH_WINDOW, /* an aligned window seen before, in this source or another */
};

/* The state of the tests on one source; they go on from one read to the next. */
struct health {
	enum health_test failed; /* the first test that did; nothing is looked at after it */
	bool words;              /* run the tests for CPU sources as well */
	size_t samples;
	unsigned run_max;   /* figures, for the report: the longest run, ... */
	unsigned count_max; /* ... and the highest count of a window's first sample */
	/* between two calls */
	unsigned run, stuck;
	uint8_t last;
	uint8_t apt_sample;
	unsigned apt_count, apt_seen;
	uint64_t last_word;
	bool have_word;
};

/** health_init - before the first sample. @words: 64-bit words of a CPU instruction. */
void health_init(struct health *h, bool words);

/**
 * health_update - test the next samples
 * @raw: secret; what is kept of it is in @h, which the caller wipes
 * @len: any number; with @words a multiple of 8
 *
 * In how many pieces the samples come makes no difference. After a failure the figures are those of the
 * sample, or of the word, that failed.
 * Returns: HEALTH_PASS, or the first test that ever failed.
 */
enum health_test health_update(struct health *h, const uint8_t *raw, size_t len);

/** health_name - the test, as a report names it. */
const char *health_name(enum health_test test);

/* The windows seen so far, of all sources of one seed, as keyed fingerprints of 64 bits: by chance
 * two of n meet with n^2 / 2^65, for the 196,608 of the largest seed 2^-30. */
struct windows {
	uint64_t *slot; /* open addressing; 0 is free */
	size_t room, used;
	bool lent;       /* @slot is the caller's */
	uint64_t *older; /* what windows_age() has put aside */
	size_t older_room;
	uint64_t key[2];
};

/**
 * windows_init - an empty set
 * @key: random, so that nobody can make fingerprints meet at will
 */
void windows_init(struct windows *w, const uint64_t key[2]);

/**
 * windows_lend - room to begin with, the caller's and secret, as long as the set is used
 * @room: a power of two; an empty set takes its place
 */
void windows_lend(struct windows *w, uint64_t *slot, size_t room);

/** windows_room - of how many slots a set wants to be for so many bytes: a power of two. */
size_t windows_room(uint64_t bytes);

/** windows_reserve - room for so many more bytes at once; 0 or -ENOMEM. */
int windows_reserve(struct windows *w, uint64_t bytes);

/**
 * windows_add - note every aligned window of @raw
 * @len: a rest shorter than HEALTH_REPEAT is not looked at
 * Returns: 0; 1 when one of them stood there before; -ENOMEM.
 */
int windows_add(struct windows *w, const uint8_t *raw, size_t len);

/**
 * windows_age - for a set that is used for ever: forget the oldest
 * Once more than @most windows stand in it they are put aside, and those put aside before are gone. So the
 * last @most windows are always known, in bounded memory.
 */
void windows_age(struct windows *w, size_t most);

/** windows_clear - wipe and free. */
void windows_clear(struct windows *w);

#endif
