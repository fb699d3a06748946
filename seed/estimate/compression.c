/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The compression estimate: Maurer's universal statistic, over blocks of six bits. */
#include "seed/estimate/estimate.h"
#include "seed/estimate/view.h"

#include <math.h>

#define BLOCK_BITS 6
#define BLOCKS     (1 << BLOCK_BITS)
#define DICTIONARY 1000   /* blocks that only fill the dictionary; they are not counted */
#define CORRECTION 0.5907 /* factor of the deviation for blocks of six bits: 6.3.4, step 4 */

static unsigned block_at(const struct view *v, size_t i)
{
	unsigned block = 0, j;

	for (j = 0; j < BLOCK_BITS; j++)
		block = block << 1 | v->s[i * BLOCK_BITS + j];
	return block;
}

/* Computes the mean and the standard deviation of log2(distance), from each block back to the last equal block. */
static void distances(const struct view *v, size_t blocks, double *ret_mean, double *ret_deviation)
{
	const double n = (double)(blocks - DICTIONARY);
	size_t last[BLOCKS] = { 0 },
	       i; /* last place of each block, counted from 1; 0: the block was not seen yet */
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
 * The contribution of a block of probability @z to the expected mean: the function G of step 6, with its two sums
 * exchanged. A distance u contributes log2(u). Its weight is z^2 (1-z)^(u-1) at each place after u. At the place u
 * itself it is z (1-z)^(u-1): the block did not occur before. The weights shrink with (1-z)^u, so the sum stops once
 * the remaining terms cannot change the result.
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
		/* Each remaining term is below weight * 32 * blocks, so the sum of them is below weight * 32 * blocks /
		 * z. */
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
	/* A bisection is possible because the expected mean falls as p rises: a more probable block has shorter
	 * distances. */
	for (i = 0; i < 40; i++) {
		const double p = (low + high) / 2;

		if (expected(p, blocks) > mean)
			low = p;
		else
			high = p;
	}
	return estimate_bits(high) / BLOCK_BITS;
}
