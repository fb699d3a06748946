/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The compression estimate: Maurer's universal statistic, over blocks of six bits. */
#include "seed/estimate/estimate.h"
#include "seed/estimate/view.h"

#include <math.h>

#define BLOCK_BITS 6
#define BLOCKS     (1 << BLOCK_BITS)
#define DICTIONARY 1000   /* blocks that only fill the dictionary */
#define CORRECTION 0.5907 /* of the deviation, for blocks of six bits: 6.3.4, step 4 */

static unsigned block_at(const struct view *v, size_t i)
{
	unsigned block = 0, j;

	for (j = 0; j < BLOCK_BITS; j++)
		block = block << 1 | v->s[i * BLOCK_BITS + j];
	return block;
}

/* Mean and deviation of log2 of the distance to where a block stood before. */
static void distances(const struct view *v, size_t blocks, double *ret_mean, double *ret_deviation)
{
	const double n = (double)(blocks - DICTIONARY);
	size_t last[BLOCKS] = { 0 }, i; /* counted from 1; 0: nowhere yet, which counts as such */
	double sum = 0, squares = 0;

	for (i = 0; i < blocks; i++) {
		size_t *seen = last + block_at(v, i);

		if (i >= DICTIONARY) {
			const double bits = log2((double)(i + 1 - *seen));

			sum += bits;
			squares += bits * bits;
		}
		*seen = i + 1;
	}
	*ret_mean = sum / n;
	*ret_deviation = CORRECTION * sqrt(fmax(0.0, squares / (n - 1) - *ret_mean * *ret_mean));
}

/*
 * What a block of probability @z adds to the mean that is to be expected: G of step 6, its two sums turned
 * round. The distance u, before a block came in any of the places behind u, is worth log2(u) for each of
 * those places; in place u itself it is worth that when the block never came before. Weights shrink with
 * (1-z)^u, so the sum ends where the rest is too small to be seen.
 */
static double expected_of(double z, size_t blocks)
{
	double sum = 0, weight = 1; /* (1-z)^(u-1) */
	size_t u;

	for (u = 1; u <= blocks; u++) {
		const size_t behind = blocks - (u > DICTIONARY ? u : DICTIONARY);
		const double places = z * (double)behind + (u > DICTIONARY ? 1.0 : 0.0);

		sum += log2((double)u) * z * weight * places;
		weight *= 1 - z;
		/* Of the rest each term is below weight * 32 * blocks; together below that / z. */
		if (weight * 32 * (double)blocks < 1e-15 * z * sum)
			break;
	}
	return sum / (double)(blocks - DICTIONARY);
}

static double expected(double p, size_t blocks)
{
	return expected_of(p, blocks) + (BLOCKS - 1) * expected_of((1 - p) / (BLOCKS - 1), blocks);
}

double estimate_compression(const struct view *v)
{
	const size_t blocks = v->len / BLOCK_BITS;
	double low = 1.0 / BLOCKS, high = 1.0, mean, deviation;
	int i;

	if (blocks < DICTIONARY + 2)
		return ESTIMATE_NONE;
	distances(v, blocks, &mean, &deviation);
	mean -= ESTIMATE_Z * deviation / sqrt((double)(blocks - DICTIONARY));
	if (expected(low, blocks) <= mean)
		return 1.0;
	/* The likelier one block is, the nearer it stood: this falls from one end to the other. */
	for (i = 0; i < 40; i++) {
		const double p = (low + high) / 2;

		if (expected(p, blocks) > mean)
			low = p;
		else
			high = p;
	}
	return estimate_bits(high) / BLOCK_BITS;
}
