/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/backoff.h"

static void reported_once(void **state)
{
	struct backoff b = { 0 };

	(void)state;
	assert_true(backoff_fail(&b, true, 0));
	assert_false(backoff_fail(&b, true, 5000));
	assert_false(backoff_fail(&b, true, 15000));
	assert_true(backoff_recover(&b));
	assert_false(backoff_recover(&b));
	assert_true(backoff_fail(&b, true, 20000));
}

static void not_worth_reporting(void **state)
{
	struct backoff b = { 0 };

	(void)state;
	assert_false(backoff_fail(&b, false, 0));
	assert_true(backoff_is_paused(&b, 0));
	/* The failure was never reported, so neither is the recovery. */
	assert_false(backoff_recover(&b));
	/* The first failure is expected, the second one is not. */
	assert_false(backoff_fail(&b, false, 0));
	assert_true(backoff_fail(&b, true, 5000));
	assert_true(backoff_recover(&b));
}

static void less_and_less_often(void **state)
{
	struct backoff b = { 0 };
	int64_t now = 0;
	int pause = BACKOFF_MIN_MS, i;

	(void)state;
	assert_false(backoff_is_paused(&b, 0));
	assert_int_equal(backoff_due_ms(&b, 777), 777);
	for (i = 0; i < 40; i++) {
		backoff_fail(&b, true, now);
		assert_true(backoff_is_paused(&b, now));
		assert_true(backoff_is_paused(&b, now + pause - 1));
		assert_false(backoff_is_paused(&b, now + pause));
		assert_int_equal(backoff_due_ms(&b, INT64_MAX), now + pause);
		assert_int_equal(backoff_due_ms(&b, now), now);
		now += pause;
		pause = pause < BACKOFF_MAX_MS / 2 ? 2 * pause : BACKOFF_MAX_MS;
	}
	assert_int_equal(b.pause_ms, BACKOFF_MAX_MS);
	backoff_recover(&b);
	assert_false(backoff_is_paused(&b, now));
	backoff_fail(&b, true, now);
	assert_int_equal(b.pause_ms, BACKOFF_MIN_MS);
}

static void kept_out(void **state)
{
	struct backoff b = { 0 };

	(void)state;
	/* Two failures may be chance; a recovery between them does not reset the count. */
	assert_false(backoff_alarm(&b, false));
	(void)backoff_fail(&b, true, 0);
	assert_true(backoff_recover(&b));
	assert_false(backoff_alarm(&b, false));
	assert_false(backoff_is_paused(&b, 0));
	assert_true(backoff_alarm(&b, false));
	assert_true(backoff_is_paused(&b, INT64_MAX));
	assert_false(backoff_alarm(&b, false)); /* it is kept out already */
	assert_int_equal(backoff_due_ms(&b, 77), 77);
	/* A recovery does not let the source in again, but the operator can. */
	(void)backoff_recover(&b);
	assert_true(backoff_is_paused(&b, INT64_MAX));
	backoff_forgive(&b);
	assert_false(backoff_is_paused(&b, 0));
	/* A single failure that is beyond doubt keeps the source out. */
	assert_true(backoff_alarm(&b, true));
	assert_true(backoff_is_paused(&b, INT64_MAX));
	assert_int_equal(b.ever, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("backoff: one sure failure, or three that may be chance, keep a source out until it is forgiven",
			kept_out),
		TEST("backoff: a failure is reported once, and the recovery once", reported_once),
		TEST("backoff: an expected failure is not reported, nor is the recovery",
			not_worth_reporting),
		TEST("backoff: a source that keeps failing is tried less and less often, down to every ten minutes",
			less_and_less_often),
	};

	return cmocka_run_group_tests_name("backoff", tests, NULL, NULL);
}
