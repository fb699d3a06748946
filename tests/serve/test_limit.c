/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/limit.h"

#include <errno.h>

static void burst_then_rate(void **state)
{
	static struct limit l;
	unsigned i;

	(void)state;
	limit_init(&l, 10, 50);
	for (i = 0; i < 50; i++)
		assert_int_equal(limit_take(&l, 7, 1, 1000), 0);
	assert_int_equal(limit_take(&l, 7, 1, 1000), -EDQUOT);
	/* One block takes a tenth of a second. */
	assert_int_equal(limit_take(&l, 7, 1, 1099), -EDQUOT);
	assert_int_equal(limit_take(&l, 7, 1, 1100), 0);
	assert_int_equal(limit_take(&l, 7, 1, 1100), -EDQUOT);
	/* However much time passes, no more than the burst can be taken. */
	assert_int_equal(limit_take(&l, 7, 51, 1000000000), -EDQUOT);
	assert_int_equal(limit_take(&l, 7, 50, 1000000000), 0);
	assert_int_equal(limit_left(&l, 7, 1000000000), 0);
}

static void whole_or_nothing(void **state)
{
	static struct limit l;

	(void)state;
	limit_init(&l, 1, 8);
	assert_int_equal(limit_take(&l, 7, 9, 0), -EDQUOT);
	assert_int_equal(limit_left(&l, 7, 0), 8000);
	assert_int_equal(limit_take(&l, 7, UINT32_MAX, 0), -EDQUOT);
	assert_int_equal(limit_take(&l, 7, 8, 0), 0);
}

static void each_on_its_own(void **state)
{
	static struct limit l;

	(void)state;
	limit_init(&l, 1, 8);
	assert_int_equal(limit_take(&l, 7, 8, 0), 0);
	assert_int_equal(limit_take(&l, 8, 8, 0), 0);
	assert_int_equal(limit_take(&l, 7, 1, 0), -EDQUOT);
	assert_int_equal(limit_take(&l, UINT64_MAX, 8, 0), 0);
	assert_int_equal(limit_take(&l, 0, 8, 0), 0);
}

static void given_back(void **state)
{
	static struct limit l;

	(void)state;
	limit_init(&l, 1, 8);
	assert_int_equal(limit_take(&l, 7, 6, 0), 0);
	limit_return(&l, 7, 6, 0);
	assert_int_equal(limit_left(&l, 7, 0), 8000);
	/* After a return, no more than the burst can be taken; and a return does not create a bucket. */
	limit_return(&l, 7, 6, 0);
	assert_int_equal(limit_left(&l, 7, 0), 8000);
	limit_return(&l, 9, 6, 0);
	assert_int_equal(l.used, 1);
}

static void clock_backwards(void **state)
{
	static struct limit l;

	(void)state;
	limit_init(&l, LIMIT_MAX, 8);
	assert_int_equal(limit_take(&l, 7, 8, 1000), 0);
	assert_int_equal(limit_take(&l, 7, 1, 0), -EDQUOT);
	assert_int_equal(limit_left(&l, 7, INT64_MIN / 2), 0);
	limit_init(&l, LIMIT_MAX, LIMIT_MAX);
	assert_int_equal(limit_take(&l, 7, LIMIT_MAX, 1000), 0);
	assert_int_equal(limit_left(&l, 7, INT64_MAX), (int64_t)LIMIT_MAX * 1000);
}

static void full_table(void **state)
{
	static struct limit l;
	unsigned i;

	(void)state;
	limit_init(&l, 1, 100);
	for (i = 0; i < LIMIT_ACCOUNTS; i++)
		assert_int_equal(limit_take(&l, i, 1 + i % 100, 0), 0);
	/* A new account is served, too; in the table it replaces an account that has the most left: account 0, 100 or
	 * 200. */
	assert_int_equal(limit_take(&l, 5000, 100, 0), 0);
	assert_int_equal(limit_take(&l, 5000, 1, 0), -EDQUOT);
	assert_int_equal(l.used, LIMIT_ACCOUNTS);
	/* However many other accounts come, the table does not forget one that has used up its share. */
	for (i = 0; i < 100000; i++)
		assert_int_equal(limit_take(&l, 10000 + i, 1, 0), 0);
	assert_int_equal(limit_take(&l, 5000, 1, 0), -EDQUOT);
	assert_int_equal(limit_take(&l, 99, 1, 0), -EDQUOT);
}

/* Compares the limit with a simple bound: at any time, the limit has granted no more than the burst plus the rate times
 * the time. */
static void never_more(void **state)
{
	static struct limit l;
	uint64_t random = 1, given = 0;
	int64_t now = 0;
	unsigned i;

	(void)state;
	limit_init(&l, 3, 20);
	for (i = 0; i < 200000; i++) {
		const uint32_t n = 1 + (uint32_t)random_below(&random, 12);

		now += (int64_t)random_below(&random, 200);
		if (limit_take(&l, 7, n, now) == 0)
			given += n;
		assert_true(given * 1000 <= 20000 + (uint64_t)now * 3);
	}
	/* It must not have granted much less, either, because then a limit that refuses everything would pass. */
	assert_true(given * 1000 >= (uint64_t)now * 3 - 12000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("limit: the burst at once, then the rate, to the millisecond",
			burst_then_rate),
		TEST("limit: a request is granted as a whole or takes nothing", whole_or_nothing),
		TEST("limit: one account's share is not another's", each_on_its_own),
		TEST("limit: blocks that were not handed out are returned, and no more than these",
			given_back),
		TEST("limit: a clock that goes back, or far ahead, grants nothing",
			clock_backwards),
		TEST("limit: a full table refuses nobody, and lets nobody escape a limit",
			full_table),
		TEST("limit: over 200,000 requests, never more than burst and rate is granted",
			never_more),
	};

	return cmocka_run_group_tests_name("limit", tests, NULL, NULL);
}
