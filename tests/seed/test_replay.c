/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "seed/health.h"
#include "seed/replay.h"
#include "util/secret.h"

#include <sodium.h>

static const uint8_t seed[WINDOWS_SEED] = { 3, 1, 4, 1, 5, 9 };
static const struct replay_mode first = { .source = 0 }, second = { .source = 7 };
static const struct replay_mode abundant = { .source = 2, .abundant = true };

static void begin(struct windows *w, size_t len)
{
	windows_init(w, seed);
	assert_true(windows_lengthen(w, len));
}

/* Gives all of @raw to the test in one call, as the beginning of a stream. */
static int run(struct windows *w, const struct replay_mode *mode, const uint8_t *raw, size_t len,
	unsigned *ret_source)
{
	struct replay r = { 0 };

	*ret_source = 99;
	return replay_update(&r, w, mode, raw, len, ret_source);
}

/* If bytes repeat with any period, that is found within the first copy, wherever the windows begin. */
static void test_any_period(void **state)
{
	static const size_t lens[] = { 16, 20, 27, 80, 160 };
	uint8_t raw[4096];
	struct windows w;
	unsigned source;
	uint64_t rng = 1;
	size_t i, period, at;

	(void)state;
	for (i = 0; i < COUNT(lens); i++) {
		for (period = 1; period < 1500; period += period < 100 ? 1 : 37) {
			const size_t copy = 2 * lens[i] - 1;

			random_fill(&rng, raw, period);
			for (at = period; at < sizeof(raw); at++)
				raw[at] = raw[at - period];
			begin(&w, lens[i]);
			if (period >= lens[i])
				assert_int_equal(run(&w, &first, raw, period, &source), 0);
			windows_clear(&w);
			begin(&w, lens[i]);
			assert_int_equal(run(&w, &first, raw, period + copy + lens[i], &source), 1);
			assert_int_equal(source, 0);
			windows_clear(&w);
		}
	}
}

/* The same piece occurs again and again; new bytes are between the copies, and more of them each time. */
static void test_moving(void **state)
{
	uint8_t raw[8192], piece[60];
	struct windows w;
	unsigned source;
	uint64_t rng = 2;
	size_t at, gap, i;

	(void)state;
	for (i = 0; i < 50; i++) {
		random_fill(&rng, raw, sizeof(raw));
		random_fill(&rng, piece, sizeof(piece));
		gap = 101 + i;
		for (at = i; at + sizeof(piece) < sizeof(raw); at += gap += 13)
			memcpy(raw + at, piece, sizeof(piece));
		begin(&w, 20);
		assert_int_equal(run(&w, &first, raw, sizeof(raw), &source), 1);
		windows_clear(&w);
	}
}

/* A copy of two windows less one byte contains a whole stored window, wherever the copy begins. */
static void test_shortest(void **state)
{
	uint8_t raw[2000], other[400];
	struct windows w;
	unsigned source;
	uint64_t rng = 3;
	size_t from;

	(void)state;
	random_fill(&rng, raw, sizeof(raw));
	for (from = 0; from < 300; from++) {
		random_fill(&rng, other, sizeof(other));
		memcpy(other + from % 61, raw + from, 2 * 20 - 1);
		begin(&w, 20);
		assert_int_equal(run(&w, &first, raw, sizeof(raw), &source), 0);
		assert_int_equal(run(&w, &second, other, sizeof(other), &source), 1);
		assert_int_equal(source, 0);
		windows_clear(&w);
	}
}

static void test_pieces(void **state)
{
	uint8_t raw[3000];
	struct windows w;
	struct replay r;
	unsigned source;
	uint64_t rng = 4;
	size_t at, n, round;

	(void)state;
	for (round = 0; round < 400; round++) {
		const size_t period = 400 + random_below(&rng, 900);
		const struct replay_mode mode = { .source = 1, .abundant = round % 2 };
		int err = 0;

		random_fill(&rng, raw, sizeof(raw));
		memcpy(raw + period, raw + 5, 200);
		begin(&w, 16 + random_below(&rng, 70));
		r = (struct replay){ 0 };
		for (at = 0; at < sizeof(raw) && err == 0; at += n) {
			n = random_below(&rng, round % 3 ? 50 : 600);
			n = n < sizeof(raw) - at ? n : sizeof(raw) - at;
			err = replay_update(&r, &w, &mode, raw + at, n, &source);
		}
		if (!mode.abundant || period < 1024 - 200)
			assert_int_equal(err, 1);
		windows_clear(&w);
	}
}

/* If a call ends with too few bytes for a window, they are tested together with the bytes of the next call. */
static void test_byte_by_byte(void **state)
{
	uint8_t raw[200];
	struct windows w;
	struct replay r = { 0 };
	unsigned source;
	uint64_t rng = 5;
	size_t i;
	int err = 0;

	(void)state;
	random_fill(&rng, raw, 100);
	memcpy(raw + 100, raw + 3, 97);
	begin(&w, 27);
	for (i = 0; i < sizeof(raw) && err == 0; i++)
		err = replay_update(&r, &w, &first, raw + i, 1, &source);
	assert_int_equal(err, 1);
	/* The stored window is bytes 27 to 53, and its copy begins at byte 124. */
	assert_int_equal(i, 124 + 27);
	windows_clear(&w);
}

/* All windows of an abundant source are stored; a copy is found if it is where windows of the source are looked up. */
static void test_abundant(void **state)
{
	static uint8_t raw[1 << 16];
	struct windows w;
	unsigned source;
	uint64_t rng = 6;
	size_t period, at;

	(void)state;
	for (period = 5000; period < 12000; period += 501) {
		random_fill(&rng, raw, period);
		for (at = period; at < sizeof(raw); at++)
			raw[at] = raw[at - period];
		begin(&w, 20);
		assert_int_equal(run(&w, &abundant, raw, period, &source), 0);
		windows_clear(&w);
		begin(&w, 20);
		assert_int_equal(run(&w, &abundant, raw, period + 8192, &source), 1);
		windows_clear(&w);
	}
	/* A copy of another source's bytes is found at any position. */
	for (at = 0; at < 60000; at += 997) {
		random_fill(&rng, raw, sizeof(raw));
		begin(&w, 20);
		assert_int_equal(run(&w, &abundant, raw, sizeof(raw), &source), 0);
		assert_int_equal(run(&w, &second, raw + at, 100, &source), 1);
		assert_int_equal(source, 2);
		windows_clear(&w);
	}
}

static void test_one_bit(void **state)
{
	static const size_t lens[] = { 16, 17, 18, 19, 20, 320 };
	uint8_t window[320] = { 0 };
	struct windows w;
	unsigned source;
	size_t bit, i;

	(void)state;
	for (i = 0; i < COUNT(lens); i++) {
		begin(&w, lens[i]);
		assert_int_equal(run(&w, &first, window, lens[i], &source), 0);
		for (bit = 0; bit < 8 * lens[i]; bit++) {
			window[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(run(&w, &first, window, lens[i], &source), 0);
			assert_int_equal(run(&w, &first, window, lens[i], &source), 1);
			window[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		windows_clear(&w);
	}
}

/* If a set grows, no window is lost, even if the caller had lent it its first slots. */
static void test_growth(void **state)
{
	const size_t windows = 100000, len = 20;
	uint8_t *raw = malloc(windows * len);
	struct window_slot *slot = secret_new(windows_room(1000, 20) * sizeof(*slot));
	struct windows w;
	unsigned source;
	uint64_t rng = 7;
	size_t i, at, n;
	int lent;

	(void)state;
	assert_non_null(raw);
	random_fill(&rng, raw, windows * len);
	for (lent = 0; lent < 2; lent++) {
		struct replay r = { 0 };

		begin(&w, len);
		if (lent)
			windows_lend(&w, true, slot, windows_room(1000, len));
		for (at = 0; at < windows * len; at += n) {
			n = 1 + random_below(&rng, 30000);
			n = n < windows * len - at ? n : windows * len - at;
			assert_int_equal(replay_update(&r, &w, lent ? &abundant : &first, raw + at,
						 n, &source),
				0);
		}
		assert_int_equal(w.kind[lent].young.used, windows);
		for (i = 0; i < windows; i += 7)
			assert_int_equal(run(&w, &second, raw + i * len, len, &source), 1);
		windows_clear(&w);
		assert_null(w.kind[lent].young.slot);
	}
	for (i = 0; i < windows_room(1000, len) * sizeof(*slot); i++)
		assert_int_equal(((const uint8_t *)slot)[i], 0);
	secret_free(slot);
	free(raw);
}

/* In a process that runs for long, the latest windows of each kind of source are known, and the memory for each kind is
 * bounded. */
static void test_age(void **state)
{
	const size_t most = 2000, len = 20;
	uint8_t old[20], fresh[20 * 100], scarce[20];
	struct replay r = { 0 };
	struct windows w;
	unsigned source;
	uint64_t rng = 8;
	size_t i;

	(void)state;
	begin(&w, len);
	random_fill(&rng, old, sizeof(old));
	random_fill(&rng, scarce, sizeof(scarce));
	assert_int_equal(replay_update(&r, &w, &abundant, old, sizeof(old), &source), 0);
	assert_int_equal(run(&w, &first, scarce, sizeof(scarce), &source), 0);
	for (i = 0; i < most / 100; i++) {
		random_fill(&rng, fresh, sizeof(fresh));
		windows_age(&w, most);
		assert_int_equal(
			replay_update(&r, &w, &abundant, fresh, sizeof(fresh), &source), 0);
	}
	assert_int_equal(run(&w, &second, old, sizeof(old), &source), 1);
	for (i = 0; i < 3 * most / 100; i++) {
		random_fill(&rng, fresh, sizeof(fresh));
		windows_age(&w, most);
		assert_int_equal(
			replay_update(&r, &w, &abundant, fresh, sizeof(fresh), &source), 0);
		assert_true(
			w.kind[WINDOWS_ABUNDANT].young.used + w.kind[WINDOWS_ABUNDANT].old.used <=
			2 * most + 200);
	}
	assert_int_equal(run(&w, &second, old, sizeof(old), &source), 0);
	/* An abundant source does not displace the windows of other sources. */
	assert_int_equal(run(&w, &second, scarce, sizeof(scarce), &source), 1);
	windows_clear(&w);
}

/* Returns: the share of the filter's hashes, in thousandths, for which a window would be looked up. */
static unsigned share_set(const struct windows *w)
{
	size_t i, set = 0;

	for (i = 0; i < (size_t)1 << w->begins_log; i++)
		set += (w->begins[i / 16] >> i % 16 * 4 & 15) != 0;
	return (unsigned)(1000 * set >> w->begins_log);
}

/* Of two kinds of sources that take turns, the windows that are known are found, and however many were forgotten, the
 * filter passes few that are not. */
static void test_filter(void **state)
{
	static uint64_t filter[WINDOWS_FILTER(WINDOWS_MANY)];
	enum { LEN = 20, EACH = 250, MOST = 2000, KEPT = MOST / EACH };
	static uint8_t raw[KEPT][WINDOWS_KINDS][LEN * EACH];
	struct replay r[WINDOWS_KINDS];
	struct windows w;
	unsigned source, kind, i, at;
	uint64_t rng = 10;
	int lent;

	(void)state;
	for (lent = 0; lent < 2; lent++) {
		begin(&w, LEN);
		if (lent)
			windows_lend_filter(&w, filter);
		memset(r, 0, sizeof(r));
		for (i = 0; i < 40 * KEPT; i++) {
			windows_age(&w, MOST);
			for (kind = 0; kind < WINDOWS_KINDS; kind++) {
				uint8_t *now = raw[i % KEPT][kind];

				/* The two kinds age at different times. */
				random_fill(&rng, now, sizeof(raw[0][0]));
				assert_int_equal(
					replay_update(r + kind, &w,
						kind == WINDOWS_ABUNDANT ? &abundant : &first, now,
						kind ? sizeof(raw[0][0]) : 7 * LEN, &source),
					0);
			}
			/* Of the latest windows, some are in the young generation and some in the old one. */
			for (at = 0; at < KEPT && at <= i; at++) {
				assert_int_equal(
					run(&w, &second, raw[at][WINDOWS_ABUNDANT] + LEN * at, LEN,
						&source),
					1);
				assert_int_equal(run(&w, &second, raw[at][WINDOWS_SCARCE] + LEN,
							 LEN, &source),
					1);
			}
		}
		/* At most 2 * MOST + EACH windows of each kind are known. */
		assert_in_range(share_set(&w), 1, 1000 * 2 * (2 * MOST + EACH) >> w.begins_log);
		windows_clear(&w);
	}
	for (i = 0; i < COUNT(filter); i++)
		assert_true(filter[i] == 0);
}

static void test_lengthen(void **state)
{
	uint8_t raw[400];
	struct windows w;
	unsigned source;
	uint64_t rng = 9;

	(void)state;
	random_fill(&rng, raw, sizeof(raw));
	windows_init(&w, seed);
	/* Without windows_lengthen(), nothing is tested. */
	assert_int_equal(run(&w, &first, raw, sizeof(raw), &source), 0);
	assert_int_equal(run(&w, &first, raw, sizeof(raw), &source), 0);
	assert_true(windows_lengthen(&w, 20));
	assert_false(windows_lengthen(&w, 16));
	assert_int_equal(run(&w, &first, raw, sizeof(raw), &source), 0);
	assert_int_equal(run(&w, &first, raw, sizeof(raw), &source), 1);
	assert_true(windows_lengthen(&w, 80));
	assert_int_equal(run(&w, &first, raw, sizeof(raw), &source), 0);
	assert_int_equal(run(&w, &first, raw, sizeof(raw), &source), 1);
	windows_clear(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("replay: a repetition with any period is found before its first copy has ended",
			test_any_period),
		TEST("replay: a repetition with a changing period is found", test_moving),
		TEST("replay: a copy of two windows less a byte is found at any place",
			test_shortest),
		TEST("replay: it is found in pieces of any size", test_pieces),
		TEST("replay: it is found at the byte that completes a stored window",
			test_byte_by_byte),
		TEST("replay: copies of an abundant source are found, in itself and in others",
			test_abundant),
		TEST("replay: two windows that differ in one bit are different", test_one_bit),
		TEST("replay: a set that grows forgets none", test_growth),
		TEST("replay: the latest windows are known, and the memory is bounded", test_age),
		TEST("replay: the filter passes what is known, and little of what was forgotten",
			test_filter),
		TEST("replay: windows are as long as the source with the least entropy needs",
			test_lengthen),
	};

	/* The windows are in locked memory, which needs libsodium. */
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
