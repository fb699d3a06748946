/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/backoff.h"
#include "serve/refill.h"
#include "util/clock.h"
#include "util/secret.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/eventfd.h>

#define TARGET  64
#define LONG_MS 60000

/* These variables decide which faults the source of these tests has. */
static _Atomic bool good, hangs, stuck, replays;
/* How often the source was opened, and how many of the first openings do not hang. */
static _Atomic unsigned opens, passes;

static int fake_open(const struct source_spec *spec, struct source_handle *h)
{
	const unsigned number = atomic_fetch_add(&opens, 1) + 1;

	(void)spec;
	(void)h;
	while (hangs && number > passes)
		usleep(1000);
	return good ? 0 : -EIO;
}

static int fake_fill(struct source_handle *h, uint8_t *raw, size_t len)
{
	static uint64_t random = 5;

	(void)h;
	if (replays)
		random = 5;
	random_fill(&random, raw, len);
	if (stuck)
		memset(raw, 7, len);
	return 0;
}

static void fake_close(struct source_handle *h)
{
	(void)h;
}

static const struct source fake = {
	.name = "fake",
	.kind = SOURCE_CODE,
	.assessed_bits = 4,
	.per_bytes = 1,
	.test_mbit = SOURCE_TEST_MBIT,
	.open = fake_open,
	.fill = fake_fill,
	.close = fake_close,
};

struct scene {
	struct reservoir *stock;
	struct refill *refill;
	int wake;
};

static void begin(struct scene *s)
{
	struct source_list list;

	assert_int_equal(source_parse("kernel", &list, NULL), 0);
	list.spec[1] = list.spec[0];
	list.spec[0] = (struct source_spec){ .src = &fake };
	list.count = 2;
	opens = passes = 0;
	s->stock = reservoir_new(TARGET);
	s->wake = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(refill_start(&s->refill, &list, s->stock, s->wake), 0);
}

static void end(struct scene *s)
{
	assert_true(refill_end(s->refill, LONG_MS));
	reservoir_free(s->stock);
	close(s->wake);
}

static bool is_full(const struct reservoir_level *l)
{
	return l->blocks == l->target;
}

static bool is_full_and_strong(const struct reservoir_level *l)
{
	return is_full(l) && l->weak == 0;
}

static void wait_for(const struct scene *s, bool (*is_so)(const struct reservoir_level *))
{
	const int64_t until = clock_ms() + LONG_MS;
	struct reservoir_level level;

	for (;;) {
		level = reservoir_level(s->stock);
		if (is_so(&level))
			return;
		assert_true(clock_ms() < until);
		usleep(1000);
	}
}

static void to_the_target(void **state)
{
	struct broker_block out[10];
	struct scene s;
	uint64_t batches;
	int i;

	(void)state;
	good = true;
	begin(&s);
	wait_for(&s, is_full_and_strong);
	assert_int_equal(read(s.wake, &batches, sizeof(batches)), sizeof(batches));
	assert_true(batches >= 1);
	for (i = 0; i < 20; i++) {
		assert_int_equal(reservoir_take(s.stock, out, 10), 0);
		assert_int_equal(out[0].hardware_bits, 256);
		assert_non_null(strstr(out[0].provenance, "fake:"));
		assert_string_equal(out[0].source[0].name, "fake");
		assert_true(out[0].source[0].bytes > 0 && out[0].source[0].assessed_bits >= 320);
		refill_kick(s.refill);
		wait_for(&s, is_full);
	}
	end(&s);
}

static void failing(void **state)
{
	struct scene s;

	(void)state;
	good = false;
	begin(&s);
	wait_for(&s, is_full);
	assert_int_equal(reservoir_level(s.stock).weak, TARGET);
	/* The stock took more than six batches. The source that failed was not tried again for each of them. */
	assert_in_range(opens, 1, 2);
	/* When the source works again, the weak blocks are replaced although no client asks. */
	good = true;
	wait_for(&s, is_full_and_strong);
	end(&s);
}

static bool is_full_and_weak(const struct reservoir_level *l)
{
	return is_full(l) && l->weak == l->target;
}

/* If the source fails for good, its blocks are dropped, too, and it is not tried again until refill_forgive(). */
static void kept_out(void **state)
{
	_Atomic bool *const fault[] = { &stuck, &replays };
	struct broker_block out[2];
	struct scene s;
	unsigned before;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(fault); i++) {
		good = true;
		begin(&s);
		wait_for(&s, is_full_and_strong);
		*fault[i] = true;
		assert_int_equal(reservoir_take(s.stock, out, 2), 0);
		refill_kick(s.refill);
		wait_for(&s, is_full_and_weak);
		*fault[i] = false;
		before = opens;
		assert_int_equal(reservoir_take(s.stock, out, 2), 0);
		refill_kick(s.refill);
		wait_for(&s, is_full_and_weak);
		assert_int_equal(opens, before);
		refill_forgive(s.refill);
		refill_kick(s.refill);
		assert_int_equal(reservoir_take(s.stock, out, 2), 0);
		wait_for(&s, is_full_and_strong);
		end(&s);
	}
}

/* If a machine is copied, both copies have the stock and the batch that is being drawn, so both are dropped. */
static void restarted(void **state)
{
	struct scene s;
	uint64_t batches;

	(void)state;
	good = hangs = true;
	begin(&s);
	while (opens == 0)
		usleep(1000);
	assert_int_equal(refill_restart(s.refill), 0);
	passes = 1;
	assert_int_equal(read(s.wake, &batches, sizeof(batches)), sizeof(batches));
	assert_int_equal(batches, 1);
	assert_int_equal(reservoir_level(s.stock).blocks, 0);
	/* The next batch was begun after the restart, so it is kept. */
	passes = 2;
	assert_int_equal(read(s.wake, &batches, sizeof(batches)), sizeof(batches));
	assert_true(reservoir_level(s.stock).blocks > 0);
	hangs = false;
	wait_for(&s, is_full_and_strong);
	assert_int_equal(refill_restart(s.refill), TARGET);
	wait_for(&s, is_full_and_strong);
	end(&s);
}

static void late(void **state)
{
	const int64_t longest = SOURCE_DEADLINE_MS + REFILL_LATE_MS;
	struct scene s;
	int64_t now;

	(void)state;
	good = true;
	begin(&s);
	wait_for(&s, is_full_and_strong);
	/* While the thread sleeps until something is due, it does not count as late. */
	now = clock_ms();
	assert_false(refill_is_late(s.refill, now));
	assert_true(refill_is_late(s.refill, now + 3600000));
	hangs = true;
	opens = 0;
	assert_int_equal(refill_restart(s.refill), TARGET);
	while (opens == 0)
		usleep(1000);
	now = clock_ms();
	assert_false(refill_is_late(s.refill, now + longest / 2));
	assert_true(refill_is_late(s.refill, now + longest + 1));
	hangs = false;
	wait_for(&s, is_full_and_strong);
	end(&s);
}

static void hanging(void **state)
{
	struct scene s;

	(void)state;
	good = hangs = true;
	begin(&s);
	while (opens == 0)
		usleep(1000);
	/* refill_end() does not wait longer than it is told to, and does not free what the thread still uses. */
	assert_false(refill_end(s.refill, 0));
	hangs = false;
	end(&s);
}

static int set_up(void **state)
{
	(void)state;
	/* The messages about the failing source are not tested here. */
	return dup2(open("/dev/null", O_WRONLY), STDERR_FILENO) < 0 ? -1 : secret_setup();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("refill: it fills the reservoir to the target, and again whenever blocks are taken",
			to_the_target),
		TEST("refill: a failed source is paused, and when it works again, its blocks replace weak ones",
			failing),
		TEST("refill: when a source fails its tests, its blocks are dropped, and it is kept out until forgiven",
			kept_out),
		TEST("refill: a restart drops the stock, and the batch that is being drawn",
			restarted),
		TEST("refill: the thread counts as late when no source can be the reason", late),
		TEST("refill: at the end, a source that hangs is not waited for", hanging),
	};

	return cmocka_run_group_tests_name("refill", tests, set_up, NULL);
}
