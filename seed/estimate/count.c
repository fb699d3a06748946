/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The estimators that only count: most common value, collision, Markov. */
#include "seed/estimate/estimate.h"
#include "seed/estimate/view.h"

#include <math.h>

double estimate_mcv(const struct view *v)
{
	size_t count[256] = { 0 }, most = 0, i;

	for (i = 0; i < v->len; i++)
		count[v->s[i]]++;
	for (i = 0; i < v->k; i++)
		if (count[i] > most)
			most = count[i];
	return estimate_bits(estimate_upper((double)most / (double)v->len, v->len));
}

/*
 * Collision estimate: how many bits are read until one occurs twice. It is two if the second bit equals the first, else
 * three, because the third bit must equal one of the two. So the mean is 2 + 2pq, and p follows from it.
 */
double estimate_collision(const struct view *v)
{
	double twos = 0, threes = 0, n, mean, deviation;
	size_t i = 0;

	while (i + 2 <= v->len) {
		if (v->s[i] == v->s[i + 1]) {
			twos++;
			i += 2;
		} else if (i + 3 <= v->len) {
			threes++;
			i += 3;
		} else {
			break;
		}
	}
	n = twos + threes;
	if (n < 2)
		return ESTIMATE_NONE;
	mean = (2 * twos + 3 * threes) / n;
	deviation = sqrt((4 * twos + 9 * threes - n * mean * mean) / (n - 1));
	mean = fmax(2.0, mean - ESTIMATE_Z * deviation / sqrt(n));
	return mean < 2.5 ? estimate_bits(0.5 + sqrt(1.25 - mean / 2)) : 1.0;
}

/* A sequence of 128 bits: its first bit, and how often it has each transition. The most probable sequence is one of
 * these. */
static const struct path {
	unsigned first, steps[2][2];
} paths[] = {
	{ 0, { { 127, 0 }, { 0, 0 } } }, /* 000... */
	{ 0, { { 0, 64 }, { 63, 0 } } }, /* 0101.. */
	{ 0, { { 0, 1 }, { 0, 126 } } }, /* 0111.. */
	{ 1, { { 126, 0 }, { 1, 0 } } }, /* 1000.. */
	{ 1, { { 0, 63 }, { 64, 0 } } }, /* 1010.. */
	{ 1, { { 0, 0 }, { 0, 127 } } }, /* 111... */
};

/* Returns: -log2 of the sequence's probability; infinite if it has a transition that never occurs in the sample. */
static double path_bits(const struct path *path, const double first[2], double step[2][2])
{
	double bits = -log2(first[path->first]);
	unsigned a, b;

	for (a = 0; a < 2; a++)
		for (b = 0; b < 2; b++)
			if (path->steps[a][b] > 0)
				bits -= path->steps[a][b] * log2(step[a][b]);
	return bits;
}

double estimate_markov(const struct view *v)
{
	double count[2][2] = { { 0 } }, step[2][2], first[2], bits = 128.0;
	size_t i;

	for (i = 0; i + 1 < v->len; i++)
		count[v->s[i]][v->s[i + 1]]++;
	for (i = 0; i < 2; i++) {
		const double from = count[i][0] + count[i][1];

		first[i] = (from + (v->s[v->len - 1] == i)) / (double)v->len;
		step[i][0] = from > 0 ? count[i][0] / from : 0;
		step[i][1] = from > 0 ? count[i][1] / from : 0;
	}
	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		bits = fmin(bits, path_bits(paths + i, first, step));
	return fmin(bits / 128.0, 1.0);
}
