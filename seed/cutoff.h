/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_CUTOFF_H
#define SEED_CUTOFF_H

#include <stddef.h>

#include "seed/cutoff_table.h"

/* The cutoffs for one assumed min-entropy. A source fails once a figure reaches its cutoff. If the assumption is right,
 * a healthy source reaches a cutoff on average at most once in 2^30 windows, and one named _sure at most once in
 * 2^60. */
struct cutoffs {
	unsigned rct, rct_sure; /* equal samples in a row */
	/* Occurrences of the most frequent value in HEALTH_WINDOW_SAMPLES. */
	unsigned count, count_sure;
	/* Samples of a window that equal the value predicted from one lag before. */
	unsigned lag, lag_sure;
	size_t replay; /* this many bytes in a row do not occur twice by chance */
};

/**
 * cutoffs_for - the cutoffs of the health tests
 * @mbit: min-entropy, thousandths of a bit a byte, HEALTH_MBIT_MIN to HEALTH_MBIT_MAX
 *
 * Pure. Returns: 0, or -EINVAL if @mbit is outside that range.
 * Source: SP 800-90B 4.4.1, and exact binomial tails; tests/seed/cutoffs.py computes and explains them.
 */
int cutoffs_for(unsigned mbit, struct cutoffs *ret);

#endif
