/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "seed/claim.h"

/* Computes the claim in another way, with the numbers of doc/accounting.md: in signed 64-bit numbers and one block at a
 * time. The kernel's bits are spread over the bits that the blocks leave unclaimed. */
static int64_t at_most(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t rule_hardware(const uint64_t *hardware, const uint32_t *granted, size_t blocks)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < blocks; i++) {
		const int64_t own = hardware[i] > 64 + 256 ? 256 :
			hardware[i] < 64                   ? 0 :
							     (int64_t)hardware[i] - 64;

		sum += at_most(own + granted[i], 256);
	}
	return sum;
}

static int64_t rule_credit(const uint64_t *hardware, const uint32_t *granted, size_t blocks,
	bool kernel, int64_t asked)
{
	int64_t strength = kernel ? 256 : 0, sum = 0;
	size_t i;

	for (i = 0; i < blocks; i++) {
		const int64_t own = rule_hardware(hardware + i, granted + i, 1);
		const int64_t added = at_most(strength, 256 - own);

		strength -= added;
		sum += own + added;
	}
	return at_most(sum, asked);
}

static uint64_t random_assessed(uint64_t *rng)
{
	static const uint64_t edge[] = { 0, 1, 63, 64, 65, 255, 256, 319, 320, 321, 575, 576,
		UINT32_MAX, UINT32_MAX + 64ull, UINT64_MAX - 64, UINT64_MAX };

	switch (random_below(rng, 4)) {
	case 0:
		return edge[random_below(rng, COUNT(edge))];
	case 1:
		return random_next(rng);
	default:
		return random_below(rng, 400);
	}
}

struct combination {
	uint64_t hardware[RECORD_BLOCKS_MAX];
	uint32_t granted[RECORD_BLOCKS_MAX]; /* the broker grants nothing in most rounds */
	size_t blocks;
	bool kernel;
	uint32_t asked;
};

static struct combination random_combination(uint64_t *rng)
{
	struct combination c = { .blocks = 1 + random_below(rng, RECORD_BLOCKS_MAX) };
	size_t i;

	if (random_below(rng, 2))
		c.blocks = 1 + random_below(rng, 4);
	for (i = 0; i < c.blocks; i++)
		c.hardware[i] = random_assessed(rng);
	if (random_below(rng, 2))
		for (i = 0; i < c.blocks; i++)
			c.granted[i] = (uint32_t)random_assessed(rng);
	c.kernel = random_below(rng, 2);
	/* The claim that is asked for is sometimes more than the blocks can have. */
	c.asked = (uint32_t)(1 + random_below(rng, c.blocks * 256 * (1 + random_below(rng, 2))));
	return c;
}

static struct claim make(const struct combination *c)
{
	return claim_make(c->hardware, c->granted, c->blocks, c->kernel, c->asked);
}

static void test_is_the_rule(void **state)
{
	uint64_t rng = 1;
	int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		const struct combination c = random_combination(&rng);
		const struct claim claim = make(&c);

		assert_int_equal(claim.hardware_bits,
			at_most(rule_hardware(c.hardware, c.granted, c.blocks), c.asked));
		assert_int_equal(claim.credit_bits,
			rule_credit(c.hardware, c.granted, c.blocks, c.kernel, c.asked));
	}
}

static void test_bounds(void **state)
{
	uint64_t rng = 2;
	int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		const struct combination c = random_combination(&rng);
		const struct claim claim = make(&c);

		assert_true(claim.credit_bits <= c.asked);
		assert_true(claim.credit_bits <= 256 * c.blocks);
		assert_true(claim.hardware_bits <= claim.credit_bits);
		assert_true(claim.credit_bits <= claim.hardware_bits + (c.kernel ? 256 : 0));
	}
}

static void assert_not_less(const struct combination *more, struct claim less)
{
	const struct claim claim = make(more);

	assert_true(claim.hardware_bits >= less.hardware_bits);
	assert_true(claim.credit_bits >= less.credit_bits);
}

static void test_monotonic(void **state)
{
	uint64_t rng = 3;
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		struct combination c = random_combination(&rng), more = c;
		const size_t block = random_below(&rng, c.blocks);
		const struct claim claim = make(&c);

		if (more.hardware[block] < UINT64_MAX - 300)
			more.hardware[block] += random_below(&rng, 300);
		assert_not_less(&more, claim);
		more = c;
		if (more.granted[block] < UINT32_MAX - 300)
			more.granted[block] += (uint32_t)random_below(&rng, 300);
		assert_not_less(&more, claim);
		more = c;
		more.kernel = true;
		assert_not_less(&more, claim);
		more = c;
		more.asked++;
		assert_not_less(&more, claim);
		more = c;
		if (more.blocks == RECORD_BLOCKS_MAX)
			continue;
		more.hardware[more.blocks++] = random_assessed(&rng);
		assert_not_less(&more, claim);
	}
}

static void test_blocks_apart(void **state)
{
	/* A million bits in one block count as 256; the surplus does not count for the other block. */
	static const uint64_t uneven[] = { 1000000, 0 }, short_of[] = { 64, 64 },
			      even[] = { 320, 320 };

	(void)state;
	assert_int_equal(claim_make(uneven, NULL, 2, false, 512).credit_bits, 256);
	assert_int_equal(claim_make(uneven, NULL, 2, true, 512).credit_bits, 512);
	assert_int_equal(claim_make(short_of, NULL, 2, false, 512).credit_bits, 0);
	assert_int_equal(claim_make(even, NULL, 2, false, 512).credit_bits, 512);
	assert_int_equal(claim_make(even, NULL, 2, false, 512).hardware_bits, 512);
}

static void test_granted(void **state)
{
	/* The broker has already subtracted its margin; a surplus in one block does not count for the other one. */
	static const uint64_t none[2], some[] = { 164, 64 };
	static const uint32_t given[] = { 256, 100 }, much[] = { 1000, 0 };

	(void)state;
	assert_int_equal(claim_make(none, given, 2, false, 512).credit_bits, 356);
	assert_int_equal(claim_make(none, given, 2, true, 512).credit_bits, 512);
	assert_int_equal(claim_make(some, given, 2, false, 512).hardware_bits, 356);
	assert_int_equal(claim_make(some, much, 2, false, 512).hardware_bits, 256);
	assert_int_equal(claim_block(164, 100), 200);
	assert_int_equal(claim_block(UINT64_MAX, UINT32_MAX), 256);
}

static void test_kernel_once(void **state)
{
	static const uint64_t none[4];
	struct claim c = claim_make(none, NULL, 4, true, 1024);

	(void)state;
	assert_int_equal(c.credit_bits, 256);
	assert_int_equal(c.hardware_bits, 0);
	assert_int_equal(claim_make(none, NULL, 4, false, 1024).credit_bits, 0);
}

static void test_limit(void **state)
{
	static const uint64_t some[] = { 164, 64 }, plenty[] = { 400, 400 };
	struct claim c = claim_make(some, NULL, 2, true, 300);

	(void)state;
	assert_int_equal(c.credit_bits, 300);
	assert_int_equal(claim_limit(c, CLAIM_COUNT_ALL).credit_bits, 300);
	assert_int_equal(claim_limit(c, CLAIM_COUNT_HARDWARE).credit_bits, 100);
	assert_int_equal(claim_limit(c, CLAIM_COUNT_HARDWARE).hardware_bits, 100);
	assert_int_equal(claim_limit(c, CLAIM_COUNT_NOTHING).credit_bits, 0);
	assert_int_equal(claim_limit(c, CLAIM_COUNT_NOTHING).hardware_bits, 0);
	c = claim_make(plenty, NULL, 2, true, 300);
	assert_int_equal(claim_limit(c, CLAIM_COUNT_HARDWARE).credit_bits, 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("claim: 200,000 combinations give what rule 4 gives, computed in another way",
			test_is_the_rule),
		TEST("claim: never more than was requested, than 256 bits a block, than hardware and kernel give",
			test_bounds),
		TEST("claim: more assessed bits, requested bits or blocks, or the kernel, never make it less",
			test_monotonic),
		TEST("claim: a surplus in one block does not count for another", test_blocks_apart),
		TEST("claim: the broker's bits count for their block without a second margin",
			test_granted),
		TEST("claim: the kernel counts once in a seed, and never as hardware",
			test_kernel_once),
		TEST("claim: if not all may be counted, the bits from hardware are left, or nothing",
			test_limit),
	};

	return cmocka_run_group_tests_name("claim", tests, NULL, NULL);
}
