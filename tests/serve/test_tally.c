/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/tally.h"

static void by_name(void **state)
{
	static struct tallies ts;
	struct tally *a = tally_get(&ts, "a");

	(void)state;
	a->sent = 5;
	assert_ptr_not_equal(tally_get(&ts, "b"), a);
	assert_ptr_equal(tally_get(&ts, "a"), a);
	assert_ptr_equal(tally_find(&ts, "a"), a);
	assert_int_equal(tally_find(&ts, "a")->sent, 5);
	assert_null(tally_find(&ts, "c"));
	assert_int_equal(ts.count, 2);
}

static void too_many(void **state)
{
	static struct tallies ts;
	struct tally *first = tally_get(&ts, "0");
	char name[16];
	unsigned i;

	(void)state;
	for (i = 1; i < TALLIES_MAX; i++) {
		snprintf(name, sizeof(name), "%u", i);
		assert_ptr_equal(tally_get(&ts, name), ts.tally + i);
	}
	/* One more listener shares the last tally, and no tally has moved. */
	assert_ptr_equal(tally_get(&ts, "more"), ts.tally + TALLIES_MAX - 1);
	assert_ptr_equal(tally_get(&ts, "0"), first);
	assert_int_equal(ts.count, TALLIES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("tally: the tally of a listener is found by its name", by_name),
		TEST("tally: listeners beyond the limit share one", too_many),
	};

	return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
