/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "seed/estimate/fips.h"
#include "seed/estimate/stats.h"

#include <math.h>

static bool bit_at(const uint8_t *raw, size_t i)
{
	return raw[i / 8] >> (7 - i % 8) & 1;
}

static void test_lags(void **state)
{
	uint64_t random = 11;
	uint8_t raw[200];
	int round;

	(void)state;
	for (round = 0; round < 40; round++) {
		const size_t len = 10 + random_below(&random, sizeof(raw) - 10);
		struct stats s;
		unsigned lag;

		random_fill(&random, raw, len);
		stats_make(raw, len, &s);
		for (lag = 1; lag <= STATS_LAGS; lag++) {
			double sum = 0;
			size_t i;

			for (i = 0; i + lag < 8 * len; i++)
				sum += bit_at(raw, i) == bit_at(raw, i + lag) ? 1 : -1;
			assert_true(fabs(sum / (double)(8 * len - lag) - s.lag[lag - 1]) < 1e-12);
			assert_true(fabs(s.lag[lag - 1]) <= fabs(s.lag[s.lag_worst - 1]));
		}
		assert_true(fabs(s.lag_bound - 5 / sqrt((double)(8 * len - STATS_LAGS))) < 1e-12);
	}
}

/* The bits have a period of 40, and no other regularity. */
static void test_period(void **state)
{
	uint64_t random = 4;
	uint8_t raw[5000];
	struct stats s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(raw); i++)
		raw[i] = i < 5 ? (uint8_t)random_next(&random) : raw[i - 5];
	stats_make(raw, sizeof(raw), &s);
	assert_int_equal(s.lag_worst, 40);
	assert_true(s.lag[39] == 1.0);
}

static void test_runs(void **state)
{
	uint8_t raw[40] = { 1, 1, 2, 3, 3, 3, 4 };
	struct stats s;

	(void)state;
	stats_make(raw, sizeof(raw), &s);
	assert_int_equal(s.run[0], 2);
	assert_int_equal(s.run[1], 1);
	assert_int_equal(s.run[2], 1);
	assert_int_equal(s.run[STATS_RUNS - 1], 1);
	assert_int_equal(s.run_longest, 33);
	assert_int_equal(s.count[0], 33);
	assert_int_equal(s.count[3], 3);
	assert_int_equal(s.ones, 2 + 1 + 6 + 1);
}

/* Each byte value occurs equally often, except one value, which has the remaining samples. The expected figures were
 * computed with 80 digits. */
static void test_chi(void **state)
{
	static const struct {
		unsigned extra;
		double chi, above;
	} rows[] = {
		{ 0, 0, 1 },
		{ 200, 155.1661190215, 0.999999869946113051 },
		{ 255, 252.0310528796, 0.540790778841420517 },
		{ 263, 268.0602288789, 0.274876428684064088 },
		{ 300, 348.5934746947, 8.740168389489376994e-5 },
		{ 400, 618.7818490658, 3.037532080427460764e-32 },
	};
	static uint8_t raw[256 * 256 + 1000];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		const size_t len = 256 * 256 + rows[i].extra;
		struct stats s;
		size_t j;

		for (j = 0; j < len; j++)
			raw[j] = j < 256 * 256 ? (uint8_t)j : 7;
		stats_make(raw, len, &s);
		if (fabs(s.chi_square - rows[i].chi) > 1e-9 ||
			fabs(s.chi_above / rows[i].above - 1) > 1e-9)
			fail_msg("%u: %f %g", rows[i].extra, s.chi_square, s.chi_above);
	}
	assert_false(stats_chi_judged(1279));
	assert_true(stats_chi_judged(1280));
}

/* --- FIPS 140-2: samples without a whole block; tests/cli/check.bats compares the counts with rngtest's --- */

static void test_fips_length(void **state)
{
	static uint8_t raw[4 + 2 * FIPS_BLOCK];
	struct fips f;

	(void)state;
	fips_count(raw, 0, &f);
	assert_int_equal(f.blocks, 0);
	fips_count(raw, 3, &f);
	assert_int_equal(f.blocks, 0);
	fips_count(raw, 4 + FIPS_BLOCK - 1, &f);
	assert_int_equal(f.blocks, 0);
	fips_count(raw, 4 + FIPS_BLOCK, &f);
	assert_int_equal(f.blocks, 1);
	fips_count(raw, sizeof(raw), &f);
	assert_int_equal(f.blocks, 2);
	assert_int_equal(f.passed, 0);
	assert_int_equal(f.monobit + f.poker + f.runs + f.long_run + f.continuous_run, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("stats: the correlation at each lag equals that from counting pairs of bits one by one",
			test_lags),
		TEST("stats: a period shows at its lag", test_period),
		TEST("stats: runs of bytes are counted by length, also the last one", test_runs),
		TEST("stats: chi-square and its probability follow the distribution", test_chi),
		TEST("fips: the first four bytes and an incomplete rest are not a block",
			test_fips_length),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
