/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_VIEW_H
#define SEED_ESTIMATE_VIEW_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Shared by the files of the estimators; not for other rooms. */

/* 99 % of a normal distribution is within so many deviations of its mean. */
#define ESTIMATE_Z 2.5758293035489008

/* A sample as the estimators see it: @len symbols, numbered 0..k-1 without gaps. */
struct view {
	const uint8_t *s;
	size_t len;
	unsigned k;
};

/* Each returns bits of min-entropy a symbol, or ESTIMATE_NONE. */
double estimate_mcv(const struct view *v);
double estimate_collision(const struct view *v);
double estimate_markov(const struct view *v);
double estimate_compression(const struct view *v);
double estimate_mcw(const struct view *v);
double estimate_lag(const struct view *v);

/* These allocate memory, and return 0 or -ENOMEM; the results are as above. */
int estimate_tuples(const struct view *v, double *ret_tuple, double *ret_lrs);
int estimate_mmc(const struct view *v, double *ret);
int estimate_lz78y(const struct view *v, double *ret);

/** estimate_upper - the upper end of the 99 % confidence interval of a probability that was @p in @n trials. */
double estimate_upper(double p, size_t n);

/* A probability as bits of min-entropy. Not -log2(p), which would give -0 for p = 1. */
static inline double estimate_bits(double p)
{
	return log2(1.0 / p);
}

/* How well a predictor did; the estimators 6.3.7 to 6.3.10 end with the same computation from it. */
struct score {
	size_t tried, right; /* predictions made, and correct ones */
	/* Length of the current, and of the longest, run of correct predictions. */
	size_t run, run_max;
};

void score_add(struct score *s, bool right);

/** score_entropy - bits of min-entropy a symbol that a predictor with this score leaves, if there are @k symbols. */
double score_entropy(const struct score *s, unsigned k);

/** estimate_new, estimate_free - zeroed working memory, wiped before it is freed, as it depends on the samples. */
void *estimate_new(size_t count, size_t size);
void estimate_free(void *p, size_t count, size_t size);

#endif
