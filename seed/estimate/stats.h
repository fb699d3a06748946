/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_STATS_H
#define SEED_ESTIMATE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Statistics of a sample, for tables and plots. Pure. The bounds hold for bytes that are independent and uniformly
 * distributed. Noise before conditioning may be neither, so a figure beyond its bound is only a reason to look closer;
 * and a figure within its bound proves nothing.
 */
#define STATS_LAGS 64 /* the largest lag, in bits */
/* Runs of equal bytes are counted by length, in this many counters; the last one counts all longer runs too. */
#define STATS_RUNS 16
/* A bound, in standard deviations. In one of 27000 samples of perfect data, the correlation at some lag exceeds it. */
#define STATS_SIGMA 5.0
#define STATS_TAIL  1e-6 /* chi-square: probability of each tail beyond its bound */

struct stats {
	uint64_t count[256];      /* of each byte value */
	double chi_square;        /* of the byte values, with 255 degrees of freedom */
	double chi_above;         /* probability that perfect data have a higher chi-square */
	double lag[STATS_LAGS];   /* correlation of bits at lags 1, 2, ...; each is -1 to 1 */
	double lag_bound;         /* the bound for a correlation: STATS_SIGMA standard deviations */
	unsigned lag_worst;       /* the lag with the correlation furthest from 0; counted from 1 */
	uint64_t run[STATS_RUNS]; /* runs of equal bytes; index: length - 1 */
	uint64_t run_longest;
	uint64_t ones; /* bits that are 1 */
};

/** stats_make - compute all statistics; @raw is secret, @len is at least STATS_LAGS / 8 + 2. */
void stats_make(const uint8_t *raw, size_t len, struct stats *ret);

/**
 * stats_chi_judged - is the sample long enough for a chi-square test, so that 5 or more of each byte value are
 * expected?
 */
bool stats_chi_judged(size_t len);

#endif
