/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_ESTIMATE_VIEW_H
#define SEED_ESTIMATE_VIEW_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Shared by the files of the estimators; code outside this folder must not use it. */

/* 99 % of a normal distribution is within this many standard deviations of its mean. */
#define ESTIMATE_Z 2.5758293035489008

/* A sample as the estimators see it: @len symbols, numbered 0..k-1 without gaps. */
struct view {
	const uint8_t *s;
	size_t len;
	unsigned k;
};

/* Each of these returns bits of min-entropy a symbol, or ESTIMATE_NONE. */
double estimate_mcv(const struct view *v);
double estimate_collision(const struct view *v);
double estimate_markov(const struct view *v);
double estimate_compression(const struct view *v);
double estimate_mcw(const struct view *v);
double estimate_lag(const struct view *v);

/* These allocate memory, and return 0 or -ENOMEM. They set *@ret to bits of min-entropy a symbol, or ESTIMATE_NONE. */
int estimate_tuples(const struct view *v, double *ret_tuple, double *ret_lrs);
int estimate_mmc(const struct view *v, double *ret);
int estimate_lz78y(const struct view *v, double *ret);

/** estimate_upper - the upper end of the 99 % confidence interval of a probability; @p was measured in @n trials. */
double estimate_upper(double p, size_t n);

/* A probability as bits of min-entropy. This does not use -log2(p), which gives -0 for p = 1. */
static inline double estimate_bits(double p)
{
	return log2(1.0 / p);
}

/* The success of a predictor; the estimators 6.3.7 to 6.3.10 all end with the same computation from it. */
struct score {
	size_t tried, right; /* predictions made, and correct ones */
	/* Length of the current, and of the longest, run of correct predictions. */
	size_t run, run_max;
};

void score_add(struct score *s, bool right);

/** score_entropy - the min-entropy in bits a symbol that follows from a predictor's score, if there are @k symbols. */
double score_entropy(const struct score *s, unsigned k);

/**
 * estimate_new, estimate_free - zeroed working memory. It depends on the samples, so it is wiped before it is freed.
 */
void *estimate_new(size_t count, size_t size);
void estimate_free(void *p, size_t count, size_t size);

#endif
