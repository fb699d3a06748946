/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/estimate/stats.h"

#include <float.h>
#include <math.h>

static void count_bytes(struct stats *s, const uint8_t *raw, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		s->count[raw[i]]++;
		s->ones += (unsigned)__builtin_popcount(raw[i]);
	}
}

static void count_runs(struct stats *s, const uint8_t *raw, size_t len)
{
	uint64_t run = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		run++;
		if (i + 1 < len && raw[i + 1] == raw[i])
			continue;
		s->run[(run < STATS_RUNS ? run : STATS_RUNS) - 1]++;
		if (run > s->run_longest)
			s->run_longest = run;
		run = 0;
	}
}

/*
 * The regularized upper incomplete gamma function Q(a, x). For small x it is computed from a series, for large x from a
 * continued fraction (Lentz's method).
 */
static double gamma_above(double a, double x)
{
	const double front = exp(a * log(x) - x - lgamma(a));
	double sum, term, c, d, step;
	int n;

	if (x < a + 1) {
		for (n = 0, sum = term = 1 / a; term > sum * DBL_EPSILON; n++)
			sum += term *= x / (a + n + 1);
		return 1 - front * sum;
	}
	c = 1 / DBL_MIN;
	d = sum = 1 / (x + 1 - a);
	for (n = 1, step = 0; fabs(step - 1) > DBL_EPSILON && n < 10000; n++) {
		const double top = -n * (n - a), bottom = x + 1 - a + 2 * n;

		d = 1 / (bottom + top * d);
		c = bottom + top / c;
		step = c * d;
		sum *= step;
	}
	return front * sum;
}

static void chi_square(struct stats *s, size_t len)
{
	const double expected = (double)len / 256;
	size_t i;

	for (i = 0; i < 256; i++) {
		const double off = (double)s->count[i] - expected;

		s->chi_square += off * off / expected;
	}
	s->chi_above = s->chi_square > 0 ? gamma_above(255 / 2.0, s->chi_square / 2) : 1;
}

/* Returns: the eight bits that begin at bit number @at; the highest bit of a byte comes first. */
static unsigned bits_at(const uint8_t *raw, size_t at)
{
	const uint8_t *p = raw + at / 8;
	const unsigned shift = at % 8;

	return shift ? (p[0] << shift | p[1] >> (8 - shift)) & 0xff : p[0];
}

/* Compares all pairs of bits that are @lag apart. Returns: (equal pairs - unequal pairs) / pairs. */
static double correlation(const uint8_t *raw, size_t bits, unsigned lag)
{
	const size_t pairs = bits - lag;
	uint64_t unlike = 0;
	size_t i;

	for (i = 0; i + 8 <= pairs; i += 8)
		unlike += (unsigned)__builtin_popcount(raw[i / 8] ^ bits_at(raw, i + lag));
	for (; i < pairs; i++)
		unlike +=
			(raw[i / 8] >> (7 - i % 8) ^ raw[(i + lag) / 8] >> (7 - (i + lag) % 8)) & 1;
	return 1 - 2 * (double)unlike / (double)pairs;
}

void stats_make(const uint8_t *raw, size_t len, struct stats *ret)
{
	struct stats s = { .lag_worst = 1 };
	unsigned lag;

	count_bytes(&s, raw, len);
	count_runs(&s, raw, len);
	chi_square(&s, len);
	for (lag = 1; lag <= STATS_LAGS; lag++) {
		s.lag[lag - 1] = correlation(raw, 8 * len, lag);
		if (fabs(s.lag[lag - 1]) > fabs(s.lag[s.lag_worst - 1]))
			s.lag_worst = lag;
	}
	s.lag_bound = STATS_SIGMA / sqrt((double)(8 * len - STATS_LAGS));
	*ret = s;
}

bool stats_chi_judged(size_t len)
{
	return len >= 5 * 256;
}
