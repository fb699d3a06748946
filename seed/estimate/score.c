/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The computation that ends each of the four predictors: their global and their local performance (6.3.7 to 6.3.10). */
#include "seed/estimate/view.h"

#include <math.h>

#define LOG_ALPHA (-0.01005033585350145) /* ln 0.99 */

void score_add(struct score *s, bool right)
{
	s->tried++;
	s->right += right;
	s->run = right ? s->run + 1 : 0;
	if (s->run > s->run_max)
		s->run_max = s->run;
}

/* The upper bound of the probability that a prediction is correct, from all predictions. If none was correct, the bound
 * is the one that the standard gives for that case. */
static double global(const struct score *s)
{
	const double n = (double)s->tried;

	if (s->right == 0)
		return 1.0 - pow(0.01, 1.0 / n);
	return estimate_upper((double)s->right / n, s->tried);
}

/*
 * Returns: ln of the probability that @n predictions, each correct with probability @p, contain no run of @r correct
 * ones (Feller's recurrent events). The root x of the standard's equation is 1 + e with a tiny e; only e is computed,
 * because 1 + e would lose its precision.
 */
static double log_no_run(double p, double r, double n)
{
	const double q = 1 - p, first = q * exp(r * log(p));
	double e = 0, last = -1;
	int i;

	for (i = 0; i < 66 && e > last; i++) {
		last = e;
		e = first * exp((r + 1) * log1p(e));
	}
	return log(q - p * e) - log((1 - r * e) * q) - (n + 1) * log1p(e);
}

/* Finds p, at least @low, such that a run longer than the longest one seen has a probability of 1 % (6.3.7, step 7). */
static double local(const struct score *s, double low)
{
	const double r = (double)s->run_max + 1, n = (double)s->tried;
	double high = 1.0;
	int i;

	if (log_no_run(low, r, n) <= LOG_ALPHA)
		return low;
	for (i = 0; i < 60; i++) {
		const double p = (low + high) / 2;

		if (log_no_run(p, r, n) > LOG_ALPHA)
			low = p;
		else
			high = p;
	}
	return high;
}

double score_entropy(const struct score *s, unsigned k)
{
	double p = fmax(1.0 / k, global(s));

	if (p < 1.0)
		p = local(s, p);
	return estimate_bits(p);
}
