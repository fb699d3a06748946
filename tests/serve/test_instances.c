/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/instances.h"

static struct instances *fresh(void)
{
	static struct instances is;
	static const uint64_t secret[2] = { 0x0123456789abcdef, 0xfedcba9876543210 };

	instances_init(&is, secret);
	return &is;
}

static const uint8_t one[UUID_SIZE] = { 1 }, other[UUID_SIZE] = { [15] = 1 }, zero[UUID_SIZE];

static unsigned take_all(struct instances *is, const uint8_t *uuid, uint32_t kind, int64_t now_ms)
{
	unsigned n = 0;

	while (n < 1000 && instances_take(is, uuid, kind, now_ms))
		n++;
	return n;
}

static void burst(void **state)
{
	struct instances *is = fresh();

	(void)state;
	assert_int_equal(take_all(is, one, 0, 5000), 10);
	assert_int_equal(take_all(is, one, 1, 5000), 10);
	assert_int_equal(take_all(is, other, 0, 5000), 10);
	assert_int_equal(take_all(is, zero, 0, 5000), 10);
}

static void refill(void **state)
{
	struct instances *is = fresh();

	(void)state;
	assert_int_equal(take_all(is, one, 0, 0), 10);
	assert_int_equal(take_all(is, one, 0, 9999), 0);
	assert_int_equal(take_all(is, one, 0, 10000), 1);
	assert_int_equal(take_all(is, one, 0, 29999), 1);
	assert_int_equal(take_all(is, one, 0, 30000), 1);
	assert_int_equal(take_all(is, one, 0, 60000), 3);
	/* After a pause, however long it was, exactly the burst is available again. */
	assert_int_equal(take_all(is, one, 0, 160000), 10);
	assert_int_equal(take_all(is, one, 0, INT64_MAX / 2), 10);
	/* If the clock goes back, nothing is granted. */
	assert_int_equal(take_all(is, one, 0, 0), 0);
}

/* A refusal does not delay the next record. */
static void refusals(void **state)
{
	struct instances *is = fresh();
	int64_t t;

	(void)state;
	assert_int_equal(take_all(is, one, 0, 0), 10);
	for (t = 1; t < 10000; t++)
		assert_false(instances_take(is, one, 0, t));
	assert_true(instances_take(is, one, 0, 10000));
}

/* One instance has used up its limit, and then far more instances come than the table has places for. */
static void flood(void **state)
{
	struct instances *is = fresh();
	uint8_t uuid[UUID_SIZE];
	uint64_t seed = 1;
	unsigned i, given = 0;

	(void)state;
	assert_int_equal(take_all(is, one, 0, 1000), 10);
	for (i = 0; i < 100000; i++) {
		random_fill(&seed, uuid, sizeof(uuid));
		given += instances_take(is, uuid, 0, 1000);
	}
	/* No new instance is refused, and of all instances, the one that has used up the most is removed last. */
	assert_int_equal(given, 100000);
	assert_int_equal(take_all(is, one, 0, 1000), 0);
}

/* An instance has a count for each of the two kinds of record. With this secret, the two counts of an instance are
 * often in the same set of the table; with other secrets they hardly ever are. */
static void kinds(void **state)
{
	static const uint64_t secret[2] = { 0xfffffffffffff801, 3 };
	struct instances *is = fresh();
	uint8_t uuid[UUID_SIZE];
	uint64_t seed = 2;
	unsigned i;

	(void)state;
	instances_init(is, secret);
	for (i = 0; i < 1000; i++) {
		random_fill(&seed, uuid, sizeof(uuid));
		assert_true(instances_take(is, uuid, 0, 1000));
		assert_int_equal(take_all(is, uuid, 1, 1000), 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("instances: ten at once, for each instance and kind", burst),
		TEST("instances: what one kind has used up does not count for the other", kinds),
		TEST("instances: then one every ten seconds, and after a pause ten again", refill),
		TEST("instances: a refusal does not put off the next record", refusals),
		TEST("instances: 100,000 others in a full table do not reset a limit that is used up",
			flood),
	};

	return cmocka_run_group_tests_name("instances", tests, NULL, NULL);
}
