/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_HEALTH_H
#define SEED_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seed/cutoff.h"

/*
 * The health tests. They test the bytes of a source as it delivers them, before conditioning. Pure: no allocation, no
 * clock, no message. They detect broken hardware. They do not prove entropy: the hashed values of a counter pass all of
 * them.
 *
 * One byte is one sample. The cutoffs depend on the min-entropy that is assumed of the source, with alpha = 2^-30 for
 * each test and window; see seed/cutoff.h. The replay test needs to remember bytes, and is in seed/replay.h.
 */
#define HEALTH_LAGS   64
#define HEALTH_BEFORE (2 * HEALTH_LAGS) /* samples before a window that are compared with it */

enum health_test {
	HEALTH_PASS,
	HEALTH_RCT, /* repetition count: a run of equal samples (SP 800-90B 4.4.1) */
	HEALTH_APT, /* adaptive proportion: the most frequent value of a window (after 4.4.2) */
	HEALTH_LAG, /* equal bytes at one lag: positions of a frame that are constant or repeated */
	HEALTH_STEP, /* equal first differences at one lag: positions of a frame that count up or down */
	HEALTH_FRAME,  /* equal difference or XOR to the byte before, at one lag */
	HEALTH_WORDS,  /* CPU sources: the same 64-bit word twice in a row */
	HEALTH_STUCK,  /* CPU sources: a word 0 or ~0 for the second time */
	HEALTH_REPLAY, /* bytes that this source, or another one, delivered before */
};

/* Says how a source is tested. */
struct health_mode {
	unsigned mbit; /* min-entropy that is assumed, thousandths of a bit a byte; 0: no tests */
	/* The source is a CPU instruction that delivers 64-bit words: the words are tested too. */
	bool words;
	bool sampled; /* test windows only in the first 1024 bytes, and in 512 bytes of each 4096 */
};

/* The results of the tests; they are not secret. Each figure is the highest value so far. The figure of a failed test
 * is set to its cutoff, because the source failed at the sample that reached the cutoff. */
struct health_figures {
	enum health_test failed; /* the first test that failed; later windows are not tested */
	bool sure;               /* by chance, this failure has a probability of at most 2^-60 */
	size_t samples;
	unsigned run_max;             /* length of the longest run of equal samples */
	unsigned count_max;           /* highest count of one value in a window */
	unsigned lag_max, lag_at;     /* highest count of equal bytes at one lag, and that lag */
	unsigned step_max, step_at;   /* the same for equal first differences */
	unsigned frame_max, frame_at; /* the same for equal differences to the byte before */
	struct cutoffs cutoff;
};

/* The state of the tests of one source. They continue from one read to the next. Secret: the owner wipes it. */
struct health {
	struct health_figures found;
	struct health_mode mode;
	unsigned run;   /* length of the run that the last sample is part of */
	unsigned stuck; /* words 0 or ~0 so far */
	size_t seen;    /* samples since health_init() or health_resume() */
	size_t filled;  /* samples in the current window so far */
	/* First the HEALTH_BEFORE samples before the current window (fewer at the beginning), then the window. */
	uint8_t sample[HEALTH_BEFORE + HEALTH_WINDOW_SAMPLES];
};

/** health_init - call before the first sample; @mode->mbit is 0 or a value that cutoffs_for() accepts. */
void health_init(struct health *h, const struct health_mode *mode);

/**
 * health_update - test the next samples
 * @raw: secret
 * @len: any number; if @mode->words is set, a multiple of 8
 *
 * The verdict does not depend on how the samples are divided into calls: a window is also tested before it is full,
 * with the samples that it has.
 * Returns: HEALTH_PASS, or the first test that ever failed.
 */
enum health_test health_update(struct health *h, const uint8_t *raw, size_t len);

/** health_resume - start the tests again after a failure: reset all figures, but not the number of samples. */
void health_resume(struct health *h);

/**
 * health_is_sampled - for an abundant source: does this sample belong to the parts in which the window tests run, and
 * replays are looked up at every offset?
 */
bool health_is_sampled(uint64_t sample);

/** health_figure, health_cutoff - the highest figure of a test, and its cutoff; 0 for a test without a figure. */
unsigned health_figure(const struct health_figures *f, enum health_test test);
unsigned health_cutoff(const struct health_figures *f, enum health_test test);

/** health_name - the name of the test in reports. */
const char *health_name(enum health_test test);

#endif
