/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "seed/estimate/sample.h"

#include <errno.h>
#include <sodium.h>

/* --- a source that does what the test says --- */

/* The source SOURCE_DEVICE is read in a child process, so only the child's copy of this changes. */
static struct {
	uint64_t random;
	size_t given, calls;
	size_t fails_after; /* number of bytes */
	int open_err;
	unsigned waits_ms;
	bool open, constant;
} fake;

static int fake_open(const struct source_spec *spec, struct source_handle *h)
{
	(void)spec;
	fake.open = fake.open_err == 0;
	if (fake.open)
		source_set_assessed(h, 2, 1, "a fake");
	return fake.open_err;
}

static int fake_fill(struct source_handle *h, uint8_t *raw, size_t len)
{
	assert_true(fake.open);
	assert_int_equal(len % SAMPLE_MULTIPLE, 0);
	usleep(1000 * fake.waits_ms);
	fake.calls++;
	h->retries += 2;
	if (fake.given + len > fake.fails_after)
		return -EIO;
	fake.given += len;
	if (fake.constant)
		memset(raw, 7, len);
	else
		random_fill(&fake.random, raw, len);
	return 0;
}

static void fake_close(struct source_handle *h)
{
	(void)h;
	fake.open = false;
}

static struct source fake_source = { .name = "fake",
	.kind = SOURCE_DEVICE,
	.assessed_bits = 4,
	.per_bytes = 1,
	.test_mbit = 4000,
	.open = fake_open,
	.fill = fake_fill,
	.close = fake_close };

static struct sample s;

static void take(enum source_kind kind, size_t asked, unsigned timeout_ms)
{
	static struct source_spec spec = { .src = &fake_source };
	const uint8_t seed[WINDOWS_SEED] = { 1, 2 };
	struct windows windows;
	unsigned copied = 99;
	const struct sample_windows mine = { &windows, 3, &copied };

	fake_source.kind = kind;
	windows_init(&windows, seed);
	assert_int_equal(sample_take(&s, &spec, asked, timeout_ms, &mine, NULL, NULL), 0);
	windows_clear(&windows);
	assert_int_equal(copied, 99); /* no window is a copy of another source's */
	if (kind != SOURCE_DEVICE)
		assert_false(fake.open);
	assert_true(s.points <= SAMPLE_POINTS + 1);
}

static int reset(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.fails_after = SIZE_MAX;
	return 0;
}

static int clear(void **state)
{
	(void)state;
	sample_clear(&s);
	assert_null(s.raw);
	return 0;
}

/* --- tests --- */

#define PATIENT 600000 /* ms; a test never takes that long */

static void check_whole(enum source_kind kind)
{
	static uint8_t want[100000];
	uint64_t random = 0;
	size_t i;

	reset(NULL);
	take(kind, sizeof(want), PATIENT);
	assert_true(sample_passed(&s));
	assert_int_equal(s.len, sizeof(want));
	assert_int_equal(s.assessed_bits, 2);
	assert_string_equal(s.remark, "a fake");
	random_fill(&random, want, sizeof(want));
	assert_memory_equal(s.raw, want, sizeof(want));
	assert_int_equal(s.point[0].bytes, 0);
	assert_int_equal(s.point[s.points - 1].bytes, s.len);
	for (i = 1; i < s.points; i++) {
		assert_true(s.point[i].bytes > s.point[i - 1].bytes);
		assert_true(s.point[i].ns >= s.point[i - 1].ns);
	}
	sample_clear(&s);
}

static void test_whole(void **state)
{
	(void)state;
	check_whole(SOURCE_CPU);
	assert_int_equal(s.retries, 2 * fake.calls);
	check_whole(SOURCE_CODE);
	check_whole(SOURCE_DEVICE);
	/* All fills happened in the child, so the parent's copy is unchanged. */
	assert_int_equal(fake.calls, 0);
}

static void test_points(void **state)
{
	static const size_t asked[] = { 1024, 1040, 4096, 65536, 65552, 999984, 1000000 };
	static const enum source_kind kinds[] = { SOURCE_CPU, SOURCE_DEVICE, SOURCE_KERNEL };
	size_t i, k;

	(void)state;
	for (k = 0; k < COUNT(kinds); k++) {
		for (i = 0; i < COUNT(asked); i++) {
			reset(NULL);
			take(kinds[k], asked[i], PATIENT);
			assert_true(sample_passed(&s));
			assert_int_equal(s.point[s.points - 1].bytes, asked[i]);
			assert_true(s.points > SAMPLE_POINTS / 2);
			sample_clear(&s);
		}
	}
}

/* The 128 pieces together always take longer than the limit for one piece, because no wait is shorter than
 * requested. */
static void test_deadline(void **state)
{
	(void)state;
	fake.waits_ms = 25;
	take(SOURCE_DEVICE, 65536, 3000);
	assert_true(sample_passed(&s));
}

static void test_hung(void **state)
{
	(void)state;
	fake.waits_ms = PATIENT;
	take(SOURCE_DEVICE, 65536, 100);
	assert_int_equal(s.err, -ETIMEDOUT);
	assert_int_equal(s.len, 0);
}

static void test_half(void **state)
{
	static const enum source_kind kinds[] = { SOURCE_CPU, SOURCE_DEVICE };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(kinds); i++) {
		reset(NULL);
		fake.fails_after = 5120;
		take(kinds[i], 65536, PATIENT);
		assert_false(sample_passed(&s));
		assert_int_equal(s.err, -EIO);
		assert_int_equal(s.len, 5120);
		assert_int_equal(s.first.failed, HEALTH_PASS);
		sample_clear(&s);
	}
}

static void test_absent(void **state)
{
	static const enum source_kind kinds[] = { SOURCE_CPU, SOURCE_DEVICE };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(kinds); i++) {
		reset(NULL);
		fake.open_err = -ENODEV;
		take(kinds[i], 65536, PATIENT);
		assert_false(sample_passed(&s));
		assert_int_equal(s.err, -ENODEV);
		assert_int_equal(s.len, 0);
		assert_int_equal(fake.calls, 0);
		sample_clear(&s);
	}
}

static void test_constant(void **state)
{
	(void)state;
	fake.constant = true;
	take(SOURCE_DEVICE, 9216, PATIENT);
	assert_int_equal(s.len, 9216);
	assert_int_equal(s.first.failed, HEALTH_RCT);
	/* Each of the 64 reads of 144 bytes fails the repetition count test. Each also fails for a replay: the first
	 * read repeats its own bytes, and all others repeat earlier ones. */
	assert_int_equal(s.failures[HEALTH_RCT], 64);
	assert_int_equal(s.failures[HEALTH_REPLAY], 64);
	assert_int_equal(s.startup_failures, 7 + 8);
	assert_int_equal(s.first.run_max, 9);
	assert_int_equal(s.first.cutoff.rct, 9);
	assert_true(s.first.sure);
}

static void test_words(void **state)
{
	(void)state;
	fake.constant = true;
	take(SOURCE_CPU, 8192, PATIENT);
	assert_int_equal(s.first.failed, HEALTH_WORDS);
	assert_int_equal(s.failures[HEALTH_WORDS], 64);
}

#define SAMPLE_TEST(title, function)                \
	{                                           \
		title, function, reset, clear, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAMPLE_TEST(
			"sample: all that was asked for, in order, with what it cost", test_whole),
		SAMPLE_TEST("sample: the rate has a point for each part, at any sample size",
			test_points),
		SAMPLE_TEST(
			"sample: a device's deadline applies to each piece, not to the whole sample",
			test_deadline),
		SAMPLE_TEST(
			"sample: what came before a source failed is kept, and no more", test_half),
		SAMPLE_TEST("sample: a device that hangs is given up at its deadline", test_hung),
		SAMPLE_TEST("sample: an absent source is not read", test_absent),
		SAMPLE_TEST(
			"sample: behind a failure the tests begin anew, to the end", test_constant),
		SAMPLE_TEST("sample: equal words of a CPU source fail it each time", test_words),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("sample", tests, NULL, NULL);
}
