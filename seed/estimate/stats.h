/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_STATS_H
#define SEED_ESTIMATE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What can be counted in a sample and shown in a plot. Pure. The bounds are for bytes that are
 * independent and uniform, which noise before its conditioning need not be: beyond one of them is
 * worth a look, within them proves nothing.
 */
#define STATS_LAGS  64 /* bits back */
#define STATS_RUNS  16 /* lengths of runs told apart; the last one stands for all longer ones too */
#define STATS_SIGMA 5.0 /* autocorrelation: one sample of such bytes in 27000 has a lag beyond it */
#define STATS_TAIL  1e-6 /* chi-square: so much of its distribution at either end is beyond */

struct stats {
	uint64_t count[256];          /* of each byte */
	double chi_square, chi_above; /* 255 degrees of freedom; probability of more than that */
	double lag[STATS_LAGS];   /* correlation of each bit with the one so far back, -1 to 1 */
	double lag_bound;         /* STATS_SIGMA deviations of any of them */
	unsigned lag_worst;       /* the lag furthest from 0; counted from 1 */
	uint64_t run[STATS_RUNS]; /* runs of equal bytes, by length - 1 */
	uint64_t run_longest;
	uint64_t ones; /* bits */
};

/** stats_make - @raw is secret; @len at least STATS_LAGS / 8 + 2. */
void stats_make(const uint8_t *raw, size_t len, struct stats *ret);

/** stats_chi_judged - are there five of each byte to be expected, as the test wants it? */
bool stats_chi_judged(size_t len);

#endif
