/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_HEALTH_H
#define SEED_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seed/cutoff.h"

/*
 * The tests on a source's bytes as delivered, before any conditioning. Pure: no allocation, no clock, no
 * message. They catch broken hardware. They do not prove entropy: a counter that is hashed passes them all.
 *
 * One byte is a sample. The cut-offs follow from the min-entropy at which a source is tested, each test with
 * alpha = 2^-30 a window; seed/cutoff.h has them. Replays, which need a memory: seed/replay.h.
 */
#define HEALTH_LAGS   64
#define HEALTH_BEFORE (2 * HEALTH_LAGS) /* samples before a window that its lags look back at */

enum health_test {
	HEALTH_PASS,
	HEALTH_RCT,    /* repetition count: a run of equal samples (SP 800-90B 4.4.1) */
	HEALTH_APT,    /* adaptive proportion: the most frequent value of a window (after 4.4.2) */
	HEALTH_LAG,    /* equal bytes at one lag: constant or repeated lanes of frames */
	HEALTH_STEP,   /* equal first differences at one lag: lanes that count */
	HEALTH_FRAME,  /* bytes that follow from their neighbour as they did one lag before */
	HEALTH_WORDS,  /* CPU sources: two equal 64-bit words one after the other */
	HEALTH_STUCK,  /* CPU sources: the word 0 or ~0 for the second time */
	HEALTH_REPLAY, /* bytes that were delivered before, by this source or another */
};

/* Which tests a source has besides those that all have. */
struct health_mode {
	unsigned mbit; /* min-entropy, thousandths of a bit a byte; 0: nothing is tested */
	bool words;    /* it delivers 64-bit words of a CPU instruction */
	bool sampled;  /* the counts of windows: of the first 1024 bytes, and 512 of each 4096 */
};

/* What the tests have found; nothing in here is secret. Of each figure the highest so far. That of a test which
 * has failed is its cut-off, as the sample that reached it failed. */
struct health_figures {
	enum health_test failed; /* the first test that did; nothing is tested after its window */
	bool sure;               /* the failure has alpha = 2^-60 at most */
	size_t samples;
	unsigned run_max;             /* the longest run, */
	unsigned count_max;           /* the highest count of a value in a window, */
	unsigned lag_max, lag_at;     /* of equal bytes at a lag, and which lag that was, */
	unsigned step_max, step_at;   /* of equal first differences, */
	unsigned frame_max, frame_at; /* of equal differences to the neighbour */
	struct cutoffs cutoff;
};

/* The state of the tests on one source; they go on from one read to the next. Secret, and wiped by the owner. */
struct health {
	struct health_figures found;
	struct health_mode mode;
	unsigned run, stuck;
	size_t seen;   /* samples since health_init() or health_resume() */
	size_t filled; /* of the window at hand */
	/* The window, and what came before it: all of it once there were as many samples. */
	uint8_t sample[HEALTH_BEFORE + HEALTH_WINDOW_SAMPLES];
};

/** health_init - before the first sample; @mode->mbit is 0 or one that cutoffs_for() takes. */
void health_init(struct health *h, const struct health_mode *mode);

/**
 * health_update - test the next samples
 * @raw: secret
 * @len: any number; with words a multiple of 8
 *
 * In how many pieces the samples come makes no difference to whether they pass. Samples of a window that is
 * not full yet are tested as they come.
 * Returns: HEALTH_PASS, or the first test that ever failed.
 */
enum health_test health_update(struct health *h, const uint8_t *raw, size_t len);

/** health_resume - start again after a failure: the figures are reset, the number of samples is kept. */
void health_resume(struct health *h);

/** health_is_sampled - are windows counted, and replays looked up at every offset, where this sample is? */
bool health_is_sampled(uint64_t sample);

/** health_figure, health_cutoff - of a test that counts: the highest figure, and the one that fails; else 0. */
unsigned health_figure(const struct health_figures *f, enum health_test test);
unsigned health_cutoff(const struct health_figures *f, enum health_test test);

/** health_name - the test, as a report names it. */
const char *health_name(enum health_test test);

#endif
