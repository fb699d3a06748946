/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/repeats.h"
#include "tests/lib/unit.h"

#include <sodium.h>

static void add_number(struct repeats *r, uint64_t number)
{
	assert_int_equal(repeats_add(r, &number, sizeof(number)), 0);
}

static void test_few(void **state)
{
	struct repeats r = { 0 };

	(void)state;
	assert_int_equal(repeats_find(&r), 0);
	add_number(&r, 1);
	assert_int_equal(repeats_find(&r), 0);
	add_number(&r, 2);
	assert_int_equal(repeats_find(&r), 0);
	add_number(&r, 1);
	assert_int_equal(repeats_find(&r), 1);
	/* Add and count again, after the first count has sorted the values. */
	add_number(&r, 1);
	add_number(&r, 2);
	assert_int_equal(r.count, 5);
	assert_int_equal(repeats_find(&r), 3);
	repeats_clear(&r);
	assert_int_equal(r.count, 0);
	assert_int_equal(repeats_find(&r), 0);
	repeats_clear(&r);
}

static void test_many(void **state)
{
	const uint64_t many = 100000;
	struct repeats r = { 0 };
	uint64_t i;

	(void)state;
	for (i = 0; i < many; i++)
		add_number(&r, i);
	assert_int_equal(repeats_find(&r), 0);
	add_number(&r, many - 1);
	assert_int_equal(repeats_find(&r), 1);
	add_number(&r, 0);
	assert_int_equal(repeats_find(&r), 2);
	assert_int_equal(r.count, many + 2);
	repeats_clear(&r);
}

static void test_lengths(void **state)
{
	static const char zeros[100];
	struct repeats r = { 0 };
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(zeros); len++)
		assert_int_equal(repeats_add(&r, zeros, len), 0);
	assert_int_equal(repeats_find(&r), 0);
	assert_int_equal(repeats_add(&r, "", 0), 0);
	assert_int_equal(repeats_find(&r), 1);
	repeats_clear(&r);
}

static int setup(void **state)
{
	(void)state;
	return sodium_init() < 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("repeats: each value that was added before counts once", test_few),
		TEST("repeats: the first value is compared with the last, with any number of values between them",
			test_many),
		TEST("repeats: a value that another one begins with is not that value",
			test_lengths),
	};

	return cmocka_run_group_tests_name("repeats", tests, setup, NULL);
}
