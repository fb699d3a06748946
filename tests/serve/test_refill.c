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

/* A source of the tests' own, good as long as it is let. */
static _Atomic bool good, hangs, stuck, replays;
static _Atomic unsigned opens,
	passes; /* how often it was opened; and how often that does not hang */

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
	/* It took more than six batches, and the source that failed was not asked for each. */
	assert_in_range(opens, 1, 2);
	/* Once it is back, nobody has to ask first for the weak blocks to be replaced. */
	good = true;
	wait_for(&s, is_full_and_strong);
	end(&s);
}

static bool is_full_and_weak(const struct reservoir_level *l)
{
	return is_full(l) && l->weak == l->target;
}

/* What it had brought goes with it, and it is not asked again until somebody says so. */
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

/* A machine that was copied has the stock, and the batch that was just being drawn, in both copies. */
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
	/* The next one, begun after that, is kept. */
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
	/* It sleeps until something is due, and is not late until then. */
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
	/* Its end is not waited for longer than said; and what it uses is still there then. */
	assert_false(refill_end(s.refill, 0));
	hangs = false;
	end(&s);
}

static int set_up(void **state)
{
	(void)state;
	/* What it says of the failing source is not looked at here. */
	return dup2(open("/dev/null", O_WRONLY), STDERR_FILENO) < 0 ? -1 : secret_setup();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("refill: fills to the target, and again whenever something was taken",
			to_the_target),
		TEST("refill: a failed source rests, and once back its blocks replace weak ones",
			failing),
		TEST("refill: one that fails its tests takes its blocks along, and is kept out until it is forgiven",
			kept_out),
		TEST("refill: a restart forgets the stock, and the batch that is being drawn",
			restarted),
		TEST("refill: the thread is late when no source could still hold it up", late),
		TEST("refill: one that hangs is not waited for at the end", hanging),
	};

	return cmocka_run_group_tests_name("refill", tests, set_up, NULL);
}
