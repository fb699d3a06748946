/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/unit.h"

#include "serve/patient.h"

static void told_once(void **state)
{
	struct patient p = { 0 };

	(void)state;
	assert_true(patient_fails(&p, true, 0));
	assert_false(patient_fails(&p, true, 5000));
	assert_false(patient_fails(&p, true, 15000));
	assert_true(patient_recovers(&p));
	assert_false(patient_recovers(&p));
	assert_true(patient_fails(&p, true, 20000));
}

static void not_news(void **state)
{
	struct patient p = { 0 };

	(void)state;
	assert_false(patient_fails(&p, false, 0));
	assert_true(patient_rests(&p, 0));
	/* It never was told of, so neither is its recovery. */
	assert_false(patient_recovers(&p));
	/* What was no news first, and then is. */
	assert_false(patient_fails(&p, false, 0));
	assert_true(patient_fails(&p, true, 5000));
	assert_true(patient_recovers(&p));
}

static void ever_more_rarely(void **state)
{
	struct patient p = { 0 };
	int64_t now = 0;
	int pause = PATIENT_MIN_MS, i;

	(void)state;
	assert_false(patient_rests(&p, 0));
	assert_int_equal(patient_due_ms(&p, 777), 777);
	for (i = 0; i < 40; i++) {
		patient_fails(&p, true, now);
		assert_true(patient_rests(&p, now));
		assert_true(patient_rests(&p, now + pause - 1));
		assert_false(patient_rests(&p, now + pause));
		assert_int_equal(patient_due_ms(&p, INT64_MAX), now + pause);
		assert_int_equal(patient_due_ms(&p, now), now);
		now += pause;
		pause = pause < PATIENT_MAX_MS / 2 ? 2 * pause : PATIENT_MAX_MS;
	}
	assert_int_equal(p.pause_ms, PATIENT_MAX_MS);
	patient_recovers(&p);
	assert_false(patient_rests(&p, now));
	patient_fails(&p, true, now);
	assert_int_equal(p.pause_ms, PATIENT_MIN_MS);
}

static void alarms(void **state)
{
	struct patient p = { 0 };

	(void)state;
	/* Two may be chance; a recovery between them does not make them forgotten. */
	assert_false(patient_alarms(&p, false));
	(void)patient_fails(&p, true, 0);
	assert_true(patient_recovers(&p));
	assert_false(patient_alarms(&p, false));
	assert_false(patient_rests(&p, 0));
	assert_true(patient_alarms(&p, false));
	assert_true(patient_rests(&p, INT64_MAX));
	assert_false(patient_alarms(&p, false)); /* it is out already */
	assert_int_equal(patient_due_ms(&p, 77), 77);
	/* Not even by recovering is it in again, but by what somebody says. */
	(void)patient_recovers(&p);
	assert_true(patient_rests(&p, INT64_MAX));
	patient_forgive(&p);
	assert_false(patient_rests(&p, 0));
	/* One that is sure will do. */
	assert_true(patient_alarms(&p, true));
	assert_true(patient_rests(&p, INT64_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("patient: one sure failed test, or three that are not, keep it out until it is forgiven",
			alarms),
		TEST("patient: a failure is told of once, and its end once", told_once),
		TEST("patient: what is no news is not told of, nor its end", not_news),
		TEST("patient: what fails again is tried ever more rarely, up to ten minutes",
			ever_more_rarely),
	};

	return cmocka_run_group_tests_name("patient", tests, NULL, NULL);
}
