/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/allowance.h"

static const struct allowance_rule slow = { .rate = 10, .burst = 100 };

static void spend(struct allowance *a, uint64_t bytes, int64_t now_ms)
{
	assert_true(allowance_left(a, &slow, now_ms) >= bytes);
	allowance_spend(a, &slow, bytes, now_ms);
}

static void first_bytes(void **state)
{
	const struct allowance_rule wide = { .rate = 1, .burst = 10000 };
	struct allowance a;

	(void)state;
	allowance_init(&a, &slow, 5);
	assert_int_equal(allowance_left(&a, &slow, 5), ALLOWANCE_FIRST);
	/* After the first bytes, the allowance does not grow beyond the burst. */
	spend(&a, ALLOWANCE_FIRST - 10, 5);
	assert_int_equal(allowance_left(&a, &slow, 5), 10);
	assert_int_equal(allowance_left(&a, &slow, 1005), 20);
	assert_int_equal(allowance_left(&a, &slow, 1000005), 100);
	allowance_init(&a, &wide, 5);
	assert_int_equal(allowance_left(&a, &wide, 5), 10000);
}

static void by_rate(void **state)
{
	struct allowance a;
	uint64_t got = 0;
	int64_t now;

	(void)state;
	allowance_init(&a, &slow, 0);
	spend(&a, ALLOWANCE_FIRST, 0);
	for (now = 0; now < 100000; now += 7) {
		const uint64_t n = allowance_left(&a, &slow, now);

		got += n;
		spend(&a, n, now);
	}
	assert_in_range(got, 990, 1000);
}

static void waiting(void **state)
{
	struct allowance a;

	(void)state;
	allowance_init(&a, &slow, 0);
	assert_int_equal(allowance_wait_ms(&a, &slow, 64, 0), 0);
	spend(&a, ALLOWANCE_FIRST, 0);
	assert_int_equal(allowance_wait_ms(&a, &slow, 64, 0), 6400);
	assert_int_equal(allowance_wait_ms(&a, &slow, 64, 6399), 1);
	assert_int_equal(allowance_wait_ms(&a, &slow, 64, 6400), 0);
	/* If a client asks for more than the burst, it waits until it has the burst; it could never have more. */
	assert_int_equal(allowance_wait_ms(&a, &slow, 4000, 6400), 3600);
}

/* Once a minute a kernel reseeds with 256 bits; it gets these whatever the rate is. */
static void after_a_rest(void **state)
{
	const struct allowance_rule drops = { .rate = 1, .burst = 64 };
	struct allowance a;
	int64_t now = 0;

	(void)state;
	allowance_init(&a, &drops, now);
	allowance_spend(&a, &drops, ALLOWANCE_FIRST + 1000, now);
	assert_int_equal(allowance_left(&a, &drops, 59999), 0);
	assert_int_equal(allowance_wait_ms(&a, &drops, 64, 59000), 1000);
	for (now = 60000; now < 300000; now += ALLOWANCE_REST_MS) {
		assert_true(allowance_left(&a, &drops, now) >= ALLOWANCE_FLOOR);
		allowance_spend(&a, &drops, ALLOWANCE_FLOOR, now);
	}
}

static void unlimited(void **state)
{
	const struct allowance_rule none = { 0 };
	struct allowance a;

	(void)state;
	allowance_init(&a, &none, 0);
	allowance_spend(&a, &none, UINT64_MAX / 2, 0);
	assert_true(allowance_left(&a, &none, 0) == UINT64_MAX);
	assert_int_equal(allowance_wait_ms(&a, &none, 1 << 30, 0), 0);
}

/* With extreme times and rules, nothing overflows. */
static void extremes(void **state)
{
	const struct allowance_rule most = { ALLOWANCE_MAX, ALLOWANCE_MAX, 1 };
	struct allowance a;

	(void)state;
	allowance_init(&a, &most, 0);
	allowance_spend(&a, &most, ALLOWANCE_MAX, 0);
	assert_int_equal(allowance_left(&a, &most, INT64_MAX / 2), ALLOWANCE_MAX);
	allowance_spend(&a, &most, ALLOWANCE_MAX, INT64_MAX / 2);
	/* If the clock goes back, nothing is granted. */
	assert_int_equal(allowance_left(&a, &most, 1), 0);
}

static void changed(void **state)
{
	const struct allowance_rule free_rule = { .rate = 0, .burst = 4096 };
	struct allowance a;

	(void)state;
	allowance_init(&a, &free_rule, 0);
	allowance_change(&a, &slow);
	assert_int_equal(allowance_left(&a, &slow, 0), ALLOWANCE_FIRST);
	allowance_init(&a, &free_rule, 0);
	allowance_spend(&a, &free_rule, ALLOWANCE_FIRST - 200, 0);
	allowance_change(&a, &slow);
	assert_int_equal(allowance_left(&a, &slow, 0), 200);
	allowance_spend(&a, &free_rule, 200, 0);
	allowance_change(&a, &slow);
	assert_int_equal(allowance_left(&a, &slow, 0), slow.burst);
}

static void floor_bytes(void **state)
{
	const struct allowance_rule free_rule = { .rate = 0 };
	struct allowance a;

	(void)state;
	allowance_init(&a, &free_rule, 0);
	assert_int_equal(allowance_floor(&a, &free_rule, 0), ALLOWANCE_FIRST);
	assert_int_equal(allowance_spend(&a, &free_rule, ALLOWANCE_FIRST - 1, 0), 0);
	assert_int_equal(allowance_spend(&a, &free_rule, 10, 0), 9);
	assert_int_equal(allowance_floor(&a, &free_rule, ALLOWANCE_REST_MS - 1), 0);
	assert_int_equal(allowance_floor(&a, &free_rule, ALLOWANCE_REST_MS), ALLOWANCE_FLOOR);
	assert_int_equal(allowance_spend(&a, &free_rule, 40, ALLOWANCE_REST_MS), 8);
	assert_int_equal(allowance_floor(&a, &free_rule, ALLOWANCE_REST_MS + 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("allowance: the first 4 KiB of a client are never throttled, nor its burst",
			first_bytes),
		TEST("allowance: after that a client has its rate, and no more", by_rate),
		TEST("allowance: the wait ends when enough is allowed", waiting),
		TEST("allowance: after a minute's silence there are 256 bits, no matter what was spent",
			after_a_rest),
		TEST("allowance: without a rate there is no limit", unlimited),
		TEST("allowance: the first bytes and those after a pause are distinguished from all others",
			floor_bytes),
		TEST("allowance: a new rule keeps the bytes that nothing throttles, and otherwise at most its burst",
			changed),
		TEST("allowance: the largest figures and a clock that goes back do no harm",
			extremes),
	};

	return cmocka_run_group_tests_name("allowance", tests, NULL, NULL);
}
