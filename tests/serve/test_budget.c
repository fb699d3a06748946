/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/budget.h"
#include "serve/round.h"

static void by_rate(void **state)
{
	struct budget b;
	uint64_t spent = 0;
	int64_t now;

	(void)state;
	budget_init(&b, 100000, 0);
	for (now = 0; now <= 10000; now++) {
		while (budget_wait_ms(&b, now) == 0) {
			budget_spend(&b, 700);
			spent += 700;
		}
		assert_in_range(budget_wait_ms(&b, now), 1, 10);
	}
	assert_in_range(spent, 1000000 - 1000, 1000000 + 1000);
	/* Unspent bytes are not saved up. */
	for (spent = 0; budget_wait_ms(&b, 100000) == 0; spent += 700)
		budget_spend(&b, 700);
	assert_in_range(spent, 100000 * BUDGET_BURST_MS / 1000 - 700,
		100000 * BUDGET_BURST_MS / 1000 + 700);
}

static void none(void **state)
{
	struct budget b;

	(void)state;
	budget_init(&b, 0, 0);
	budget_spend(&b, UINT32_MAX);
	assert_int_equal(budget_wait_ms(&b, 0), 0);
	assert_int_equal(budget_quantum(&b, 4096), 4096);
}

static void visits(void **state)
{
	struct budget b;

	(void)state;
	budget_init(&b, 1024, 0);
	assert_int_equal(budget_quantum(&b, 4096), 64);
	budget_init(&b, 500000, 0);
	assert_int_equal(budget_quantum(&b, 4096), 500);
	budget_init(&b, 1000000000, 0);
	assert_int_equal(budget_quantum(&b, 4096), 4096);
	budget_spend(&b, UINT32_MAX);
	assert_in_range(budget_wait_ms(&b, 1), 4000, 4400);
	/* If the clock goes back, the wait is no longer. */
	assert_in_range(budget_wait_ms(&b, 0), 4000, 4400);
}

/* Ten clients; each of them wants another part of the budget. */
#define CLIENTS 10

struct client {
	struct round_place place; /* must be the first member */
	int64_t wants, got;
};

static void max_min(void **state)
{
	static const uint32_t a_second[CLIENTS] = { 100, 500, 1000, 2000, 5000, 50000, 50000, 50000,
		50000, 50000 };
	struct client c[CLIENTS] = { 0 };
	struct budget b;
	struct round r;
	int64_t now, n;
	size_t i;

	(void)state;
	round_init(&r);
	budget_init(&b, 50000, 0);
	r.quantum = budget_quantum(&b, ROUND_QUANTUM);
	for (now = 0; now < 100000; now += 10) {
		for (i = 0; i < CLIENTS; i++) {
			c[i].wants += a_second[i] / 100;
			round_want(&r, &c[i].place);
		}
		while (r.wanting > 0 && budget_wait_ms(&b, now) == 0) {
			struct client *one = (struct client *)round_visit(&r);

			n = one->wants < one->place.credit ? one->wants : one->place.credit;
			one->got += n;
			one->wants -= n;
			one->place.credit -= n;
			budget_spend(&b, (uint64_t)n);
			round_done(&r, &one->place, one->wants > 0);
		}
	}
	/* A client that wants less than a share gets all that it wants; the other five share the 41,400 bytes a second
	 * that are left. */
	for (i = 0; i < 5; i++)
		assert_in_range(c[i].got, a_second[i] * 99, a_second[i] * 100);
	for (i = 5; i < CLIENTS; i++)
		assert_in_range(c[i].got, 8280 * 99, 8280 * 101);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("budget: no more than the rate is spent, and little of it is saved up",
			by_rate),
		TEST("budget: without a budget nothing waits", none),
		TEST("budget: the smaller the budget, the shorter the visits", visits),
		TEST("budget: a stream that wants less than its share gets it all, and the others share the rest",
			max_min),
	};

	return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}
