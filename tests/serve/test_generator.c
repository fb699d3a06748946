/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/generator.h"
#include "util/secret.h"

#include <errno.h>

#define TARGET 8

struct scene {
	struct reservoir *stock;
	struct desk desk;
	struct generator g;
};

static void put(struct scene *s, size_t blocks)
{
	const struct broker_block b = { .hardware_bits = 256 };

	while (blocks-- > 0)
		assert_int_equal(reservoir_put(s->stock, &b, 1, 1), 1);
}

static void begin(struct scene *s, size_t blocks)
{
	memset(s, 0, sizeof(*s));
	s->stock = reservoir_new(TARGET);
	assert_int_equal(desk_init(&s->desk, s->stock, 100, 100), 0);
	assert_int_equal(generator_init(&s->g, s->stock, &s->desk), 0);
	put(s, blocks);
}

static void end(struct scene *s)
{
	generator_clear(&s->g);
	generator_clear(&s->g);
	desk_clear(&s->desk);
	reservoir_free(s->stock);
}

static void make(struct scene *s, size_t len, int64_t now_ms)
{
	static uint8_t out[8192];

	assert_true(len <= sizeof(out));
	assert_int_equal(generator_make(&s->g, out, len, now_ms), 0);
}

/* Makes @len bytes. Returns: how many blocks were taken from the stock for them. */
static size_t taken(struct scene *s, size_t len, int64_t now_ms)
{
	const size_t before = reservoir_level(s->stock).blocks;

	make(s, len, now_ms);
	return before - reservoir_level(s->stock).blocks;
}

static void without_stock(void **state)
{
	uint8_t a[64] = { 0 }, b[64] = { 0 };
	struct scene s;

	(void)state;
	begin(&s, 0);
	assert_int_equal(generator_make(&s.g, a, sizeof(a), 0), 0);
	assert_int_equal(generator_make(&s.g, b, sizeof(b), 0), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_int_equal(s.g.reseeds, 0);
	assert_int_equal(s.g.bytes, 128);
	assert_false(s.g.took);
	/* The first seed comes from the kernel, and is not overdue; one second later, the reseed is. */
	assert_int_equal(s.g.overdue, 0);
	make(&s, 1, 999);
	assert_int_equal(s.g.overdue, 0);
	make(&s, 1, 1000);
	assert_int_equal(s.g.overdue, 1);
	make(&s, 1, 1001);
	assert_int_equal(s.g.overdue, 1);
	/* As soon as the stock has blocks, the generator takes one. */
	put(&s, TARGET);
	assert_int_equal(taken(&s, 1, 1002), 1);
	end(&s);
}

static void by_bytes_and_time(void **state)
{
	struct scene s;
	size_t i;

	(void)state;
	begin(&s, TARGET);
	assert_int_equal(taken(&s, 4096, 0), 1);
	assert_true(s.g.took);
	for (i = 1; i < GENERATOR_BYTES / 4096; i++)
		assert_int_equal(taken(&s, 4096, 500), 0);
	assert_int_equal(taken(&s, 4096, 500), 1);
	assert_int_equal(taken(&s, 1, 1499), 0);
	assert_int_equal(taken(&s, 1, 1500), 1);
	assert_int_equal(s.g.reseeds, 3);
	assert_int_equal(s.g.overdue, 0);
	end(&s);
}

static void leaves_half(void **state)
{
	struct scene s;
	int64_t now;

	(void)state;
	begin(&s, TARGET);
	for (now = 0; now < 20000; now += 1000)
		make(&s, 1, now);
	assert_int_equal(reservoir_level(s.stock).blocks, TARGET / 2);
	assert_int_equal(s.g.reseeds, TARGET / 2);
	assert_int_equal(s.g.overdue, 20 - TARGET / 2);
	end(&s);
}

static void after_the_desk(void **state)
{
	struct account a = { .id = 1, .references = 1 };
	struct desk_request q = { .account = &a, .blocks = TARGET + 1, .until_ms = INT64_MAX };
	struct scene s;

	(void)state;
	begin(&s, TARGET);
	turn_init(&a.share);
	turn_init(&a.surplus);
	desk_ask(&s.desk, &q, 0);
	assert_int_equal(taken(&s, 1, 0), 0);
	assert_int_equal(taken(&s, 1, 1000), 0);
	assert_int_equal(s.g.overdue, 1);
	desk_withdraw(&s.desk, &q, 1000);
	assert_int_equal(taken(&s, 1, 1001), 1);
	end(&s);
}

/* However much the streams request, they cannot keep the sources busy. */
static void in_a_hurry(void **state)
{
	struct scene s;
	size_t i, blocks = 0;

	(void)state;
	begin(&s, TARGET);
	for (i = 0; i < 100 * GENERATOR_BYTES / 8192; i++) {
		blocks += taken(&s, 8192, (int64_t)i / 8);
		put(&s, TARGET - reservoir_level(s.stock).blocks);
	}
	assert_int_equal(blocks, 100 / GENERATOR_PAUSE_MS);
	/* The kernel reseeds it in between, which is no sign of a stock that is too small. */
	assert_int_equal(s.g.overdue, 0);
	end(&s);
}

static void restarted(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, TARGET);
	assert_int_equal(taken(&s, 1, 0), 1);
	generator_restart(&s.g);
	assert_int_equal(taken(&s, 1, 1), 1);
	reservoir_wipe(s.stock);
	generator_restart(&s.g);
	assert_int_equal(taken(&s, 1, 2), 0);
	assert_int_equal(s.g.kernel_ms, 2);
	put(&s, TARGET);
	assert_int_equal(taken(&s, 1, 3), 1);
	end(&s);
}

static int set_up(void **state)
{
	(void)state;
	return secret_setup();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("generator: with an empty stock it reseeds from the kernel's, and counts that",
			without_stock),
		TEST("generator: a block is taken every 64 KiB, and every second in use",
			by_bytes_and_time),
		TEST("generator: it leaves half of the stock", leaves_half),
		TEST("generator: requests that wait at the desk come first", after_the_desk),
		TEST("generator: a continuous stream takes a block every 50 ms at most",
			in_a_hurry),
		TEST("generator: after a restart it reseeds at once", restarted),
	};

	return cmocka_run_group_tests_name("generator", tests, set_up, NULL);
}
