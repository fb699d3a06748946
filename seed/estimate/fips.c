/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/estimate/fips.h"

#include <stdbool.h>
#include <string.h>

#define WORD     4  /* bytes that the continuous run test compares */
#define RUN_LONG 26 /* a run of this many equal bits, or more, fails the block */
#define RUN_MAX  6  /* runs of this length and longer are counted together */

/* The limits for the number of runs of 1, 2, ... equal bits in a block, for ones and for zeros. */
static const struct {
	unsigned low, high;
} run_bounds[RUN_MAX] = { { 2315, 2685 }, { 1114, 1386 }, { 527, 723 }, { 240, 384 }, { 103, 209 },
	{ 103, 209 } };

/* The counts of one block. */
struct tally {
	unsigned ones, nibble[16];
	unsigned run[2][RUN_MAX]; /* runs, by bit and by length */
	unsigned length;          /* of the current run, which has not ended yet */
	bool bit, long_run;
};

/*
 * Ends the current run, because @next is another bit or the block is complete. The counting copies rngtest in every
 * detail, so that its users find the same figures here. First, a run is counted as one of the bit that ended it; this
 * changes no verdict. Second, if the first bit of a block differs from the last bit before the block, a run of length 0
 * ends there. rngtest uses this length as an array index that is out of range, and so counts either one more run of
 * RUN_MAX zeros, or one more nibble of four ones. This can change the verdict of a block that is exactly at a limit.
 */
static void end_run(struct tally *t, bool next)
{
	const unsigned n = t->length < RUN_MAX ? t->length : RUN_MAX;

	if (n > 0)
		t->run[next][n - 1]++;
	else if (next)
		t->run[0][RUN_MAX - 1]++;
	else
		t->nibble[15]++;
	t->long_run |= t->length >= RUN_LONG;
	t->length = 0;
}

static void add_byte(struct tally *t, uint8_t byte)
{
	int i;

	t->nibble[byte >> 4]++;
	t->nibble[byte & 15]++;
	for (i = 7; i >= 0; i--) {
		const bool bit = byte >> i & 1;

		if (bit != t->bit)
			end_run(t, bit);
		t->bit = bit;
		t->length++;
		t->ones += bit;
	}
}

/* The standard demands 2.16 < X < 46.17. The limits here are the same, as limits of the sum of squares. */
static bool poker_failed(const struct tally *t)
{
	unsigned sum = 0, i;

	for (i = 0; i < 16; i++)
		sum += t->nibble[i] * t->nibble[i];
	return sum < 1563176 || sum > 1576928;
}

static bool runs_failed(const struct tally *t)
{
	unsigned bit, i;

	for (bit = 0; bit < 2; bit++)
		for (i = 0; i < RUN_MAX; i++)
			if (t->run[bit][i] < run_bounds[i].low ||
				t->run[bit][i] > run_bounds[i].high)
				return true;
	return false;
}

static void judge(struct fips *f, const struct tally *t, bool repeated)
{
	const bool monobit = t->ones <= 9725 || t->ones >= 10275;
	const bool poker = poker_failed(t), runs = runs_failed(t);

	f->blocks++;
	f->monobit += monobit;
	f->poker += poker;
	f->runs += runs;
	f->long_run += t->long_run;
	f->continuous_run += repeated;
	f->passed += !(monobit || poker || runs || t->long_run || repeated);
}

void fips_count(const uint8_t *raw, size_t len, struct fips *ret)
{
	struct fips f = { 0 };
	bool last = false;
	size_t at, i;

	for (at = WORD; at <= len && len - at >= FIPS_BLOCK; at += FIPS_BLOCK) {
		struct tally t = { .bit = last };
		bool repeated = false;

		for (i = 0; i < FIPS_BLOCK; i++) {
			const uint8_t *p = raw + at + i;

			if (i % WORD == 0)
				repeated |= memcmp(p, p - WORD, WORD) == 0;
			add_byte(&t, *p);
		}
		last = t.bit;
		end_run(&t, t.bit);
		judge(&f, &t, repeated);
	}
	*ret = f;
}
