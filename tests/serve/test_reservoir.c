/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/reservoir.h"
#include "util/secret.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

static struct broker_block block_of(uint32_t number, uint32_t bits)
{
	struct broker_block b = { .hardware_bits = bits };

	memcpy(b.bytes, &number, sizeof(number));
	snprintf(b.provenance, sizeof(b.provenance), "n%u kernel", number);
	return b;
}

static size_t put(struct reservoir *r, uint32_t number, uint32_t bits)
{
	const struct broker_block b = block_of(number, bits);

	return reservoir_put(r, &b, 1, 1);
}

/* Takes a block. Returns: its number, which is in the provenance, because the block's bytes have been changed. */
static uint32_t take(struct reservoir *r, uint32_t *ret_bits)
{
	struct broker_block b;
	unsigned number;

	assert_int_equal(reservoir_take(r, &b, 1), 0);
	assert_int_equal(sscanf(b.provenance, "n%u kernel", &number), 1);
	*ret_bits = b.hardware_bits;
	return number;
}

static void strongest_then_oldest(void **state)
{
	struct reservoir *r = reservoir_new(8);
	uint32_t bits;

	(void)state;
	put(r, 1, 0);
	put(r, 2, 256);
	put(r, 3, 100);
	put(r, 4, 256);
	assert_int_equal(take(r, &bits), 2);
	assert_int_equal(bits, 256);
	put(r, 5, 256);
	assert_int_equal(take(r, &bits), 4);
	assert_int_equal(take(r, &bits), 5);
	assert_int_equal(take(r, &bits), 3);
	assert_int_equal(bits, 100);
	assert_int_equal(take(r, &bits), 1);
	assert_int_equal(bits, 0);
	assert_int_equal(reservoir_level(r).blocks, 0);
	reservoir_free(r);
}

static void whole_or_nothing(void **state)
{
	struct reservoir *r = reservoir_new(8);
	struct broker_block out[4], before[4];

	(void)state;
	put(r, 1, 256);
	put(r, 2, 256);
	put(r, 3, 256);
	memset(out, 0xa5, sizeof(out));
	memcpy(before, out, sizeof(out));
	assert_int_equal(reservoir_take(r, out, 4), -EAGAIN);
	assert_memory_equal(out, before, sizeof(out));
	assert_int_equal(reservoir_level(r).blocks, 3);
	assert_int_equal(reservoir_take(r, out, 3), 0);
	assert_int_equal(reservoir_take(r, out, 1), -EAGAIN);
	reservoir_free(r);
}

static void the_weak_give_way(void **state)
{
	struct reservoir *r = reservoir_new(3);
	struct reservoir_level level;
	uint32_t bits;

	(void)state;
	assert_int_equal(put(r, 1, 0), 1);
	assert_int_equal(put(r, 2, 100), 1);
	assert_int_equal(put(r, 3, 256), 1);
	/* A full stock accepts a block only if it is better than one that it has; this one is equal. */
	assert_int_equal(put(r, 4, 0), 0);
	level = reservoir_level(r);
	assert_int_equal(level.target, 3);
	assert_int_equal(level.blocks, 3);
	assert_int_equal(level.weak, 2);
	assert_int_equal(put(r, 5, 256), 1);
	assert_int_equal(put(r, 6, 256), 1);
	assert_int_equal(put(r, 7, 256), 0);
	assert_int_equal(reservoir_level(r).weak, 0);
	assert_int_equal(take(r, &bits), 3);
	assert_int_equal(take(r, &bits), 5);
	assert_int_equal(take(r, &bits), 6);
	reservoir_free(r);
}

static void never_as_stored(void **state)
{
	struct reservoir *r = reservoir_new(2);
	const struct broker_block stored = block_of(1, 256);
	struct broker_block a, b;

	(void)state;
	/* As in two copies of one process, the same block is in the stock twice; the bytes that are handed out must
	 * differ. */
	reservoir_put(r, &stored, 1, 1);
	assert_int_equal(reservoir_take(r, &a, 1), 0);
	reservoir_put(r, &stored, 1, 1);
	assert_int_equal(reservoir_take(r, &b, 1), 0);
	assert_memory_not_equal(a.bytes, stored.bytes, RECORD_BLOCK);
	assert_memory_not_equal(a.bytes, b.bytes, RECORD_BLOCK);
	assert_string_equal(a.provenance, b.provenance);
	reservoir_free(r);
}

static void forked(void **state)
{
	struct reservoir *r = reservoir_new(2);
	const struct broker_block stored = block_of(1, 256);
	int status;
	pid_t pid;

	(void)state;
	reservoir_put(r, &stored, 1, 1);
	pid = fork();
	if (pid == 0) {
		/* The child has no copy of this memory, and reads zeros. */
		const uint8_t *p = (const uint8_t *)r;
		size_t i;

		for (i = 0; i < 512; i++)
			if (p[i])
				_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(reservoir_level(r).blocks, 1);
	reservoir_free(r);
}

#define EACH 20000

static void *putter(void *reservoir)
{
	uint32_t i;

	for (i = 1; i <= EACH; i += put(reservoir, i, 256))
		;
	return NULL;
}

struct seen {
	struct reservoir *r;
	_Atomic unsigned *times; /* how often each block was taken */
	_Atomic unsigned *left;
};

static void *taker(void *arg)
{
	const struct seen *s = arg;
	struct broker_block b;
	unsigned number;

	while (atomic_load(s->left) > 0) {
		if (reservoir_take(s->r, &b, 1) < 0)
			continue;
		if (sscanf(b.provenance, "n%u kernel", &number) == 1 && number <= EACH)
			atomic_fetch_add(s->times + number, 1);
		atomic_fetch_sub(s->left, 1);
	}
	return NULL;
}

static void each_once(void **state)
{
	static _Atomic unsigned times[EACH + 1], left = EACH;
	struct seen seen = { reservoir_new(16), times, &left };
	pthread_t thread[3];
	unsigned i;

	(void)state;
	/* One of the takers takes the last block, and the other one ends because no block is left. */
	assert_int_equal(pthread_create(thread, NULL, putter, seen.r), 0);
	assert_int_equal(pthread_create(thread + 1, NULL, taker, &seen), 0);
	assert_int_equal(pthread_create(thread + 2, NULL, taker, &seen), 0);
	for (i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	for (i = 1; i <= EACH; i++)
		assert_int_equal(times[i], 1);
	reservoir_free(seen.r);
}

static void wiped(void **state)
{
	struct reservoir *r = reservoir_new(4);
	struct broker_block out;

	(void)state;
	put(r, 1, 256);
	reservoir_wipe(r);
	assert_int_equal(reservoir_level(r).blocks, 0);
	assert_int_equal(reservoir_take(r, &out, 1), -EAGAIN);
	put(r, 2, 256);
	assert_int_equal(reservoir_level(r).blocks, 1);
	reservoir_free(r);
	reservoir_free(NULL);
}

static int set_up(void **state)
{
	(void)state;
	return secret_setup();
}

/* All blocks that used a failed source are gone, and no others. */
static void test_drop(void **state)
{
	struct broker_block b = { .hardware_bits = 256 }, out;
	struct reservoir *r = reservoir_new(12);
	uint32_t i;

	(void)state;
	assert_int_equal(reservoir_drop(r, 7), 0);
	for (i = 0; i < 12; i++) {
		b.hardware_bits = 100 + i;
		assert_int_equal(reservoir_put(r, &b, 1, 1u << i % 3 | 8), 1);
	}
	assert_int_equal(reservoir_drop(r, 16), 0);
	assert_int_equal(reservoir_drop(r, 2), 4);
	assert_int_equal(reservoir_level(r).blocks, 8);
	for (i = 12; i-- > 0;) {
		if (i % 3 == 1)
			continue;
		assert_int_equal(reservoir_take(r, &out, 1), 0);
		assert_int_equal(out.hardware_bits, 100 + i);
		assert_int_equal(reservoir_drop(r, 2), 0);
	}
	assert_int_equal(reservoir_put(r, &b, 1, 8), 1);
	assert_int_equal(reservoir_drop(r, 8), 1);
	assert_int_equal(reservoir_level(r).blocks, 0);
	/* Those that are dropped are not counted as weak any more. */
	b.hardware_bits = 0;
	assert_int_equal(reservoir_put(r, &b, 1, 8), 1);
	assert_int_equal(reservoir_level(r).weak, 1);
	assert_int_equal(reservoir_drop(r, 8), 1);
	assert_int_equal(reservoir_level(r).weak, 0);
	reservoir_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("reservoir: the blocks that used a source can be dropped, and no others",
			test_drop),
		TEST("reservoir: the strongest block is taken first, and of equal ones the oldest",
			strongest_then_oldest),
		TEST("reservoir: it gives as many as requested, or none and writes nothing",
			whole_or_nothing),
		TEST("reservoir: when full, it keeps the stronger blocks, and counts the weak ones",
			the_weak_give_way),
		TEST("reservoir: the same block is never handed out as the same bytes",
			never_as_stored),
		TEST("reservoir: a forked child has nothing of it", forked),
		TEST("reservoir: with three threads, each of 20,000 blocks is handed out once",
			each_once),
		TEST("reservoir: after a wipe it is empty, and can be filled again", wiped),
	};

	return cmocka_run_group_tests_name("reservoir", tests, set_up, NULL);
}
