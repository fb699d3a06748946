/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_STATS_H
#define SEED_ESTIMATE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Statistics of a sample, for tables and plots. Pure. The bounds hold for bytes that are independent and uniformly
 * distributed. Noise before conditioning need not be, so a figure beyond its bound is only a reason to look closer; a
 * figure within it proves nothing.
 */
#define STATS_LAGS 64 /* bits: the largest lag */
/* Lengths of runs that are counted separately; the last one includes all longer runs. */
#define STATS_RUNS 16
/* Standard deviations. In one of 27000 samples of perfect data a lag is further from 0 than that. */
#define STATS_SIGMA 5.0
#define STATS_TAIL  1e-6 /* chi-square: probability of either tail beyond the bounds */

struct stats {
	uint64_t count[256];      /* of each byte value */
	double chi_square;        /* of the byte values, with 255 degrees of freedom */
	double chi_above;         /* probability that perfect data have a higher chi-square */
	double lag[STATS_LAGS];   /* correlation of bits at lags 1, 2, ...: -1 to 1 */
	double lag_bound;         /* STATS_SIGMA standard deviations of a correlation */
	unsigned lag_worst;       /* the lag with the correlation furthest from 0; counted from 1 */
	uint64_t run[STATS_RUNS]; /* runs of equal bytes, by length - 1 */
	uint64_t run_longest;
	uint64_t ones; /* bits that are 1 */
};

/** stats_make - compute all statistics; @raw is secret, @len is at least STATS_LAGS / 8 + 2. */
void stats_make(const uint8_t *raw, size_t len, struct stats *ret);

/** stats_chi_judged - is the sample large enough for a chi-square test: are 5 of each byte value expected? */
bool stats_chi_judged(size_t len);

#endif
