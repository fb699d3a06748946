/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_CUTOFF_H
#define SEED_CUTOFF_H

#include <stddef.h>

#include "seed/cutoff_table.h"

/* The cut-offs for samples of one min-entropy: a figure that reaches one of them fails the source. An honest
 * source reaches those of an alarm once in 2^30 windows at most, those that are sure once in 2^60. */
struct cutoffs {
	unsigned rct, rct_sure;     /* equal samples in a row */
	unsigned count, count_sure; /* the most frequent value of HEALTH_WINDOW_SAMPLES */
	unsigned lag, lag_sure;     /* samples of a window that equal what a lag predicts */
	size_t replay;              /* bytes that do not come twice by chance */
};

/**
 * cutoffs_for - the cut-offs of the health tests
 * @mbit: min-entropy, thousandths of a bit a byte, HEALTH_MBIT_MIN to HEALTH_MBIT_MAX
 *
 * Pure. Returns: 0, or -EINVAL.
 * Source: SP 800-90B 4.4.1, and exact binomial tails; tests/seed/cutoffs.py computes and explains them.
 */
int cutoffs_for(unsigned mbit, struct cutoffs *ret);

#endif
