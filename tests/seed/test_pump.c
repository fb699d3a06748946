/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "seed/pump.h"

#include <errno.h>

#define CHUNKS 40

/* A source of numbered chunks, each with different bytes. From chunk @stuck_at on, all bytes are equal; for chunk
 * @broken_at it returns an error. */
struct fixture {
	struct source src;
	struct health health;
	struct pump pump;
	uint8_t ring[PUMP_CHUNKS * PUMP_CHUNK];
	pthread_t helper;
};

static unsigned fills, stuck_at, broken_at;
static bool idle; /* if true, it reports success without writing any byte */

static void expect_chunk(uint8_t *raw, unsigned number)
{
	uint64_t rng = number + 1;

	random_fill(&rng, raw, PUMP_CHUNK);
}

static int fill(struct source_handle *h, uint8_t *raw, size_t len)
{
	(void)h;
	assert_int_equal(len, PUMP_CHUNK);
	if (fills == broken_at)
		return -EIO;
	if (fills >= stuck_at && !idle)
		memset(raw, 7, len);
	else if (!idle)
		expect_chunk(raw, fills);
	fills++;
	return 0;
}

static void *help(void *pump)
{
	pump_help(pump);
	return NULL;
}

#define NEVER UINT32_MAX

static void begin(struct fixture *f, bool helped, unsigned broken, unsigned stuck)
{
	const struct health_mode mode = { .mbit = 4000 };
	static struct source_handle handle;

	fills = 0;
	broken_at = broken;
	stuck_at = stuck;
	f->src = (struct source){ .name = "counted", .fill = fill };
	health_init(&f->health, &mode);
	memset(f->ring, 0x99, sizeof(f->ring)); /* bytes that another source left in the ring */
	pump_init(&f->pump, f->ring);
	if (helped)
		assert_int_equal(pthread_create(&f->helper, NULL, help, &f->pump), 0);
	pump_begin(&f->pump, &f->src, &handle, &f->health, CHUNKS * (uint64_t)PUMP_CHUNK);
}

static void end(struct fixture *f, bool helped)
{
	size_t i;

	pump_end(&f->pump);
	for (i = 0; i < sizeof(f->ring); i++)
		assert_int_equal(f->ring[i], 0);
	pump_close(&f->pump);
	if (helped)
		pthread_join(f->helper, NULL);
	pump_clear(&f->pump);
}

/* Takes chunks until there is an error, and returns that error. Checks that each chunk is the next one, with the right
 * figures. @taken: the number of chunks. */
static int take_all(struct fixture *f, unsigned *taken)
{
	static uint8_t expected[PUMP_CHUNK];
	struct health_figures found;
	const uint8_t *raw;
	int r;

	for (*taken = 0; (r = pump_take(&f->pump, &raw, &found)) == 0; ++*taken) {
		assert_int_equal(found.failed, *taken < stuck_at ? HEALTH_PASS : HEALTH_RCT);
		if (*taken >= stuck_at)
			continue; /* samples are counted up to the end of the window that failed */
		assert_int_equal(found.samples, (*taken + 1) * PUMP_CHUNK);
		expect_chunk(expected, *taken);
		assert_memory_equal(raw, expected, PUMP_CHUNK);
	}
	return r;
}

/* Checks, with and without a helper, that the pump gives @chunks chunks and then this error. */
static void assert_ends(unsigned broken, unsigned stuck, unsigned chunks, int err)
{
	static struct fixture f;
	unsigned taken;
	int helped;

	for (helped = 0; helped < 2; helped++) {
		begin(&f, helped, broken, stuck);
		assert_int_equal(take_all(&f, &taken), err);
		assert_int_equal(taken, chunks);
		assert_int_equal(fills, chunks);
		end(&f, helped);
	}
}

static void test_in_order(void **state)
{
	(void)state;
	assert_ends(NEVER, NEVER, CHUNKS, -ENODATA);
}

/* All chunks that were read before the error are delivered, and no further ones are read. */
static void test_broken(void **state)
{
	unsigned at;

	(void)state;
	for (at = 0; at < CHUNKS; at++)
		assert_ends(at, NEVER, at, -EIO);
}

static void test_failed(void **state)
{
	unsigned at;

	(void)state;
	for (at = 0; at < CHUNKS; at++)
		assert_ends(NEVER, at, at + 1, -ENODATA);
}

/* If the source writes nothing, its chunk must not have the bytes that another source has left. */
static void test_nothing_of_others(void **state)
{
	static struct fixture f;
	struct health_figures found;
	const uint8_t *raw;

	(void)state;
	begin(&f, false, NEVER, 0);
	idle = true;
	assert_int_equal(pump_take(&f.pump, &raw, &found), 0);
	idle = false;
	assert_int_equal(raw[0], 0);
	assert_memory_equal(raw, raw + 1, PUMP_CHUNK - 1);
	end(&f, false);
}

/* The caller may call pump_end() while a helper is still reading. */
static void test_left_early(void **state)
{
	static struct fixture f;
	struct health_figures found;
	const uint8_t *raw;
	unsigned i, times;

	(void)state;
	for (times = 0; times < 200; times++) {
		begin(&f, true, NEVER, NEVER);
		for (i = 0; i < times % CHUNKS; i++)
			assert_int_equal(pump_take(&f.pump, &raw, &found), 0);
		end(&f, true);
		assert_true(fills <= i + PUMP_CHUNKS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("pump: chunks come in order, each with the test results up to its end",
			test_in_order),
		TEST("pump: chunks that were read before the source failed are delivered",
			test_broken),
		TEST("pump: a chunk that fails is delivered with its result, and nothing is read after it",
			test_failed),
		TEST("pump: a source that delivers nothing does not show bytes of another one",
			test_nothing_of_others),
		TEST("pump: it can be ended while a helper reads", test_left_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
