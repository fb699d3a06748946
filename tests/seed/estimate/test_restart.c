/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "seed/estimate/restart.h"

#include <errno.h>
#include <sodium.h>

/* A source whose bytes after each restart are partly the same. It counts how often it is opened. */
static struct {
	unsigned opens, fails_at, lane;
	uint64_t random;
} fake;

static int fake_open(const struct source_spec *spec, struct source_handle *h)
{
	(void)spec;
	(void)h;
	return fake.opens++ == fake.fails_at ? -EIO : 0;
}

/* In each group of eight bytes, the first @fake.lane are the same after every restart, and the others are random. */
static int fake_fill(struct source_handle *h, uint8_t *raw, size_t len)
{
	size_t i;

	(void)h;
	random_fill(&fake.random, raw, len);
	for (i = 0; i < len; i++)
		if (i % 8 < fake.lane)
			raw[i] = (uint8_t)(i * i + i / 8);
	return 0;
}

static void fake_close(struct source_handle *h)
{
	(void)h;
}

static const struct source fake_source = { .name = "fake",
	.kind = SOURCE_CPU,
	.assessed_bits = 4,
	.per_bytes = 1,
	.open = fake_open,
	.fill = fake_fill,
	.close = fake_close };

static int64_t expected_ms;
static unsigned shown;

static void expect(void *arg, int64_t all_ms)
{
	(void)arg;
	expected_ms = all_ms;
}

static void show(void *arg, uint64_t done, uint64_t total)
{
	(void)arg;
	assert_int_equal(done, ++shown);
	assert_int_equal(total, RESTARTS);
}

static struct restart restart(unsigned lane, unsigned fails_at, double assessed)
{
	const struct source_spec spec = { .src = &fake_source };
	struct restart r;

	memset(&fake, 0, sizeof(fake));
	fake.lane = lane;
	fake.fails_at = fails_at;
	shown = 0;
	expected_ms = -1;
	assert_int_equal(restart_make(&r, &spec, assessed, 1000, expect, show, NULL), 0);
	assert_true(r.done);
	return r;
}

/* One byte in eight is the same after every restart. No row of the matrix shows this, but a column does. The test that
 * a good source passes is in tests/cli/check.bats, because it needs the estimates of two million bytes. */
static void test_repeats(void **state)
{
	const struct restart r = restart(1, RESTARTS, 4);
	char why[160];

	(void)state;
	assert_false(restart_passed(&r));
	assert_int_equal(fake.opens, RESTARTS);
	assert_int_equal(shown, RESTARTS);
	assert_int_equal(r.restarts, RESTARTS);
	assert_true(expected_ms >= 0);
	assert_in_range(r.row_max, 9, 80);
	assert_int_equal(r.column_max, RESTARTS);
	restart_why(&r, why, sizeof(why));
	assert_non_null(strstr(why, "1000 times at one position after all restarts, cutoff "));
}

static void test_fails_half_way(void **state)
{
	const struct restart r = restart(0, 17, 4);
	char why[160];

	(void)state;
	assert_false(restart_passed(&r));
	assert_int_equal(r.restarts, 17);
	assert_string_equal(
		restart_why(&r, why, sizeof(why)), "Input/output error, after 17 of 1000 restarts");
}

static void test_not_asked(void **state)
{
	const struct restart none = { 0 };

	(void)state;
	assert_true(restart_passed(&none));
}

/* The expected cutoffs for 1000 values were computed from exact sums of binomial coefficients. */
static void test_cutoffs(void **state)
{
	(void)state;
	assert_int_equal(restart_cutoff(8), 20);
	assert_int_equal(restart_cutoff(4), 105);
	assert_int_equal(restart_cutoff(1), 573);
	assert_int_equal(restart_cutoff(0.0078125), RESTART_SAMPLES + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("restart: bytes that each restart repeats fail, and only the columns show it",
			test_repeats),
		TEST("restart: a source that does not deliver after a restart fails",
			test_fails_half_way),
		TEST("restart: a source that was not restarted has not failed", test_not_asked),
		TEST("restart: the cutoffs equal those from exact sums", test_cutoffs),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("restart", tests, NULL, NULL);
}
