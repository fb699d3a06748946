/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_VIEW_H
#define SEED_ESTIMATE_VIEW_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the files of the estimators share; for them alone. */

#define ESTIMATE_Z 2.5758293035489008 /* of the normal distribution: 99 % within, both ways */

/* Symbols renumbered without gaps: 0..k-1. */
struct view {
	const uint8_t *s;
	size_t len;
	unsigned k;
};

/* Each gives bits of min-entropy a symbol, or ESTIMATE_NONE. */
double estimate_mcv(const struct view *v);
double estimate_collision(const struct view *v);
double estimate_markov(const struct view *v);
double estimate_compression(const struct view *v);
double estimate_mcw(const struct view *v);
double estimate_lag(const struct view *v);

/* These need memory, and return 0 or -ENOMEM. */
int estimate_tuples(const struct view *v, double *ret_tuple, double *ret_lrs);
int estimate_mmc(const struct view *v, double *ret);
int estimate_lz78y(const struct view *v, double *ret);

/** estimate_upper - the upper end of the 99 % interval of a probability seen in @n trials. */
double estimate_upper(double p, size_t n);

/* A probability as bits of min-entropy; 0, and not -0, where it is sure. */
static inline double estimate_bits(double p)
{
	return log2(1.0 / p);
}

/* How a predictor fared; 6.3.7 to 6.3.10 end alike. */
struct score {
	size_t tried, right;
	size_t run, run_max; /* of predictions right in a row */
};

void score_add(struct score *s, bool right);

/** score_entropy - what is left to somebody who predicts so well; @k symbols there are. */
double score_entropy(const struct score *s, unsigned k);

/** estimate_new, estimate_free - zeroed working memory, which is wiped: it tells of the samples. */
void *estimate_new(size_t count, size_t size);
void estimate_free(void *p, size_t count, size_t size);

#endif
