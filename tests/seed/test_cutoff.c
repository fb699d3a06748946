/* SPDX-License-Identifier: GPL-2.0-or-later */
/* With --print, this program prints a line for each min-entropy; tests/seed/cutoffs.bats compares the lines with
 * tests/seed/cutoffs.py. */
#include "tests/lib/unit.h"

#include "seed/cutoff.h"

#include <errno.h>

static void test_known(void **state)
{
	/* These cutoffs were computed from exact sums, as in tests/seed/cutoffs.py. */
	static const struct {
		unsigned mbit;
		struct cutoffs want;
	} row[] = {
		{ 250, { 121, 241, 482, 497, 482, 497, 320 } },
		{ 1000, { 31, 61, 334, 362, 333, 361, 80 } },
		{ 3000, { 11, 21, 121, 144, 120, 144, 27 } },
		{ 4000, { 9, 16, 76, 95, 76, 95, 20 } },
		{ 8000, { 5, 9, 19, 27, 18, 27, 16 } },
	};
	struct cutoffs have;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		assert_int_equal(cutoffs_for(row[i].mbit, &have), 0);
		assert_memory_equal(&have, &row[i].want, sizeof(have));
	}
}

static void test_range(void **state)
{
	struct cutoffs have;

	(void)state;
	assert_int_equal(cutoffs_for(HEALTH_MBIT_MIN, &have), 0);
	assert_int_equal(cutoffs_for(HEALTH_MBIT_MAX, &have), 0);
	assert_int_equal(cutoffs_for(HEALTH_MBIT_MIN - 1, &have), -EINVAL);
	assert_int_equal(cutoffs_for(HEALTH_MBIT_MAX + 1, &have), -EINVAL);
	assert_int_equal(cutoffs_for(0, &have), -EINVAL);
}

/* Cutoffs fall as the min-entropy rises, and a "sure" cutoff is above the alarm cutoff. */
static void test_order(void **state)
{
	struct cutoffs less, more;
	unsigned mbit;

	(void)state;
	assert_int_equal(cutoffs_for(HEALTH_MBIT_MIN, &less), 0);
	for (mbit = HEALTH_MBIT_MIN; mbit <= HEALTH_MBIT_MAX; mbit++) {
		assert_int_equal(cutoffs_for(mbit, &more), 0);
		assert_true(more.rct <= less.rct && more.rct_sure <= less.rct_sure);
		assert_true(more.count <= less.count && more.count_sure <= less.count_sure);
		assert_true(more.lag <= less.lag && more.lag_sure <= less.lag_sure);
		assert_true(more.replay <= less.replay);
		assert_true(more.rct < more.rct_sure && more.count < more.count_sure &&
			more.lag < more.lag_sure);
		assert_in_range(more.count, 2, HEALTH_WINDOW_SAMPLES);
		assert_in_range(more.replay, HEALTH_REPLAY_LEAST, HEALTH_REPLAY_MOST);
		less = more;
	}
}

static void print_all(void)
{
	struct cutoffs c;
	unsigned mbit;

	for (mbit = HEALTH_MBIT_MIN; cutoffs_for(mbit, &c) == 0; mbit++)
		printf("%u %u %u %u %u %u %u %zu\n", mbit, c.rct, c.rct_sure, c.count, c.count_sure,
			c.lag, c.lag_sure, c.replay);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST("cutoffs: those of a few min-entropies equal the computed ones", test_known),
		TEST("cutoffs: they exist for 0.25 to 8 bits a byte, and for no other value",
			test_range),
		TEST("cutoffs: they fall as the min-entropy rises", test_order),
	};

	if (argc > 1 && strcmp(argv[1], "--print") == 0) {
		print_all();
		return 0;
	}
	return cmocka_run_group_tests_name("cutoff", tests, NULL, NULL);
}
