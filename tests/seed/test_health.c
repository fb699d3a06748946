/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "seed/health.h"

#include <sodium.h>

#define BUFFER_MAX 4096

/* --- the tests once more, as SP 800-90B words them: a sample at a time, nothing clever --- */

struct naive {
	bool words;
	enum health_test failed;
	unsigned run_max, count_max;
	/* The repetition count test, 4.4.1. */
	unsigned run;
	/* The adaptive proportion test, 4.4.2. */
	uint8_t first;
	unsigned count, seen;
	/* What comes before. */
	uint8_t last;
	uint8_t word[8], last_word[8];
	unsigned stuck;
	size_t samples;
};

static bool naive_word(struct naive *n, enum health_test *ret)
{
	static const uint8_t zeros[8], ones[8] = { 255, 255, 255, 255, 255, 255, 255, 255 };
	const bool equal = n->samples > 8 && memcmp(n->word, n->last_word, 8) == 0;

	if (memcmp(n->word, zeros, 8) == 0 || memcmp(n->word, ones, 8) == 0)
		n->stuck++;
	memcpy(n->last_word, n->word, 8);
	*ret = n->stuck >= 2 ? HEALTH_STUCK : HEALTH_WORDS;
	return n->stuck >= 2 || equal;
}

static void naive_sample(struct naive *n, uint8_t sample)
{
	n->run = n->samples > 0 && sample == n->last ? n->run + 1 : 1;
	n->last = sample;
	if (n->seen == 0) {
		n->first = sample;
		n->count = 0;
	}
	n->count += sample == n->first;
	n->seen = (n->seen + 1) % HEALTH_APT_WINDOW;
	n->word[n->samples % 8] = sample;
	n->samples++;
	if (n->run > n->run_max)
		n->run_max = n->run;
	if (n->count > n->count_max)
		n->count_max = n->count;
}

/* Stops at the sample, or with @words at the end of the word, that fails a test. */
static void naive_run(struct naive *n, const uint8_t *raw, size_t len)
{
	const size_t step = n->words ? 8 : 1;
	enum health_test word_test;
	size_t i;

	for (i = 0; i < len && n->failed == HEALTH_PASS; i++) {
		naive_sample(n, raw[i]);
		if (n->samples % step != 0)
			continue;
		if (n->words && naive_word(n, &word_test))
			n->failed = word_test;
		else if (n->run_max >= HEALTH_RCT_CUTOFF)
			n->failed = HEALTH_RCT;
		else if (n->count_max >= HEALTH_APT_CUTOFF)
			n->failed = HEALTH_APT;
	}
}

/* --- buffers, from good to bad --- */

/* Each sample is one of @symbols values; now and then a run, and a word that comes again. */
static void make_buffer(uint64_t *rng, uint8_t *raw, size_t len)
{
	static const unsigned symbols_of[] = { 2, 5, 8, 12, 24, 64, 256, 256, 256, 256 };
	const unsigned symbols = symbols_of[random_below(rng, COUNT(symbols_of))];
	size_t i;

	for (i = 0; i < len; i++)
		raw[i] = (uint8_t)(random_below(rng, symbols) * (256 / symbols));
	if (random_below(rng, 3) == 0) {
		const size_t run = 5 + random_below(rng, 8), at = random_below(rng, len);

		memset(raw + at, raw[at], run < len - at ? run : len - at);
	}
	if (random_below(rng, 3) == 0) {
		const size_t words = len / 8, at = random_below(rng, words);
		const size_t to = (at + 1 + random_below(rng, 2)) % words;

		if (random_below(rng, 2) == 0)
			memset(raw + 8 * at, random_below(rng, 2) ? 0 : 0xff, 8);
		memmove(raw + 8 * to, raw + 8 * at, 8);
	}
}

static struct health run_whole(bool words, const uint8_t *raw, size_t len)
{
	enum health_test verdict;
	struct health h;

	health_init(&h, words);
	verdict = health_update(&h, raw, len);
	assert_int_equal(verdict, h.failed);
	return h;
}

static void assert_same(const struct health *a, const struct health *b)
{
	assert_int_equal(a->failed, b->failed);
	assert_int_equal(a->samples, b->samples);
	assert_int_equal(a->run_max, b->run_max);
	assert_int_equal(a->count_max, b->count_max);
}

/* --- the tests --- */

static void test_agrees_with_naive(void **state)
{
	uint8_t raw[BUFFER_MAX];
	unsigned verdicts[HEALTH_WINDOW + 1] = { 0 };
	uint64_t rng = 1;
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		const bool words = random_below(&rng, 2);
		const size_t len = 8 * (1 + random_below(&rng, i % 10 ? 200 : BUFFER_MAX / 8));
		struct naive n = { .words = words };
		struct health h;

		make_buffer(&rng, raw, len);
		naive_run(&n, raw, len);
		h = run_whole(words, raw, len);
		assert_int_equal(h.failed, n.failed);
		verdicts[h.failed]++;
		assert_int_equal(h.samples, n.samples);
		assert_int_equal(h.run_max, n.run_max);
		assert_int_equal(h.count_max, n.count_max);
	}
	/* Each verdict was reached often enough to mean something. */
	for (i = HEALTH_PASS; i <= HEALTH_STUCK; i++)
		assert_true(verdicts[i] >= 200);
}

static void test_any_split(void **state)
{
	uint8_t raw[2400];
	uint64_t rng = 2;
	int round;

	(void)state;
	for (round = 0; round < 400; round++) {
		const bool words = round % 2;
		const size_t step = words ? 8 : 1, len = 1200 + 8 * random_below(&rng, 150);
		struct health whole, h;
		size_t at;

		make_buffer(&rng, raw, len);
		whole = run_whole(words, raw, len);
		for (at = 0; at <= len; at += step) {
			health_init(&h, words);
			health_update(&h, raw, at);
			health_update(&h, raw + at, len - at);
			assert_same(&h, &whole);
		}
		health_init(&h, words);
		for (at = 0; at < len; at += step)
			health_update(&h, raw + at, step);
		assert_same(&h, &whole);
	}
}

static void test_many_pieces(void **state)
{
	uint8_t raw[BUFFER_MAX];
	uint64_t rng = 3;
	int round;

	(void)state;
	for (round = 0; round < 5000; round++) {
		const bool words = random_below(&rng, 2);
		const size_t step = words ? 8 : 1, len = 8 * (1 + random_below(&rng, 250));
		struct health whole, h;
		size_t at = 0, n;

		make_buffer(&rng, raw, len);
		whole = run_whole(words, raw, len);
		health_init(&h, words);
		for (; at < len; at += n) {
			n = step * random_below(&rng, 40);
			n = n < len - at ? n : len - at;
			health_update(&h, raw + at, n);
		}
		assert_same(&h, &whole);
	}
}

/* @run equal samples behind @before others, none of which is next to its like. */
static enum health_test run_of(size_t before, size_t run, size_t cut, unsigned *ret_run)
{
	uint8_t raw[64 + 32];
	struct health h;
	size_t i;

	for (i = 0; i < before; i++)
		raw[i] = (uint8_t)(i & 1);
	memset(raw + before, 7, run);
	raw[before + run] = 9;
	health_init(&h, false);
	health_update(&h, raw, cut);
	health_update(&h, raw + cut, before + run + 1 - cut);
	*ret_run = h.run_max;
	return h.failed;
}

static void test_rct_cutoff(void **state)
{
	size_t before, cut;
	unsigned run;

	(void)state;
	for (before = 0; before < 64; before++) {
		for (cut = 0; cut <= before + HEALTH_RCT_CUTOFF; cut++) {
			assert_int_equal(run_of(before, HEALTH_RCT_CUTOFF, cut, &run), HEALTH_RCT);
			assert_int_equal(run, HEALTH_RCT_CUTOFF);
		}
		for (cut = 0; cut < before + HEALTH_RCT_CUTOFF; cut++) {
			assert_int_equal(
				run_of(before, HEALTH_RCT_CUTOFF - 1, cut, &run), HEALTH_PASS);
			assert_int_equal(run, HEALTH_RCT_CUTOFF - 1);
		}
	}
}

/* One window behind @windows good ones in which the first sample comes @times times, spread so
 * that no run grows, and the last of them at @last. */
static enum health_test proportion_of(
	size_t windows, size_t times, size_t last, size_t cut, unsigned *ret_count)
{
	uint8_t raw[3 * HEALTH_APT_WINDOW];
	uint8_t *window = raw + windows * HEALTH_APT_WINDOW;
	const size_t len = (windows + 1) * HEALTH_APT_WINDOW;
	struct health h;
	size_t i;

	for (i = 0; i < len; i++)
		raw[i] = (uint8_t)(i % 251);
	for (i = 0; i < HEALTH_APT_WINDOW; i++)
		window[i] = (uint8_t)(1 + i % 200);
	for (i = 0; i < times - 1; i++)
		window[2 * i] = 0xfe;
	window[last] = 0xfe;
	health_init(&h, false);
	health_update(&h, raw, cut);
	health_update(&h, raw + cut, len - cut);
	*ret_count = h.count_max;
	return h.failed;
}

static void test_apt_cutoff(void **state)
{
	const size_t last = HEALTH_APT_WINDOW - 1;
	size_t windows, cut;
	unsigned count;

	(void)state;
	for (windows = 0; windows < 3; windows++) {
		for (cut = 0; cut <= (windows + 1) * HEALTH_APT_WINDOW; cut++) {
			assert_int_equal(
				proportion_of(windows, HEALTH_APT_CUTOFF, last, cut, &count),
				HEALTH_APT);
			assert_int_equal(count, HEALTH_APT_CUTOFF);
			assert_int_equal(
				proportion_of(windows, HEALTH_APT_CUTOFF - 1, last, cut, &count),
				HEALTH_PASS);
			assert_int_equal(count, HEALTH_APT_CUTOFF - 1);
		}
	}
}

static void test_apt_window(void **state)
{
	uint8_t raw[2 * HEALTH_APT_WINDOW];
	struct health h;
	size_t i;

	(void)state;
	/* 70 of a kind at the end of one window and 70 at the beginning of the next one. */
	for (i = 0; i < sizeof(raw); i++)
		raw[i] = (uint8_t)(i % 200);
	raw[0] = raw[HEALTH_APT_WINDOW] = 0xfe;
	for (i = 1; i < HEALTH_APT_CUTOFF - 1; i++)
		raw[HEALTH_APT_WINDOW - 2 * i] = raw[HEALTH_APT_WINDOW + 2 * i] = 0xfe;
	h = run_whole(false, raw, sizeof(raw));
	assert_int_equal(h.failed, HEALTH_PASS);
	assert_int_equal(h.count_max, HEALTH_APT_CUTOFF - 1);
	/* Only the first sample of a window is counted. */
	for (i = 0; i < sizeof(raw); i++)
		raw[i] = (uint8_t)(i & 1 ? 0xee : i % 200);
	raw[0] = raw[HEALTH_APT_WINDOW] = 1;
	assert_int_equal(run_whole(false, raw, sizeof(raw)).failed, HEALTH_PASS);
}

static enum health_test run_words(const uint64_t *word, size_t words, bool split)
{
	struct health h;
	size_t i;

	health_init(&h, true);
	if (!split)
		return health_update(&h, (const uint8_t *)word, 8 * words);
	for (i = 0; i < words; i++)
		health_update(&h, (const uint8_t *)(word + i), 8);
	return h.failed;
}

#define WORD_A 0x0102030405060708
#define WORD_B 0x1112131415161718

static void test_equal_words(void **state)
{
	static const uint64_t adjacent[] = { WORD_B, WORD_A, WORD_A };
	static const uint64_t apart[] = { WORD_A, WORD_B, WORD_A, WORD_B };
	struct health h;
	int split;

	(void)state;
	for (split = 0; split < 2; split++) {
		assert_int_equal(run_words(adjacent, 3, split), HEALTH_WORDS);
		assert_int_equal(run_words(adjacent, 2, split), HEALTH_PASS);
		assert_int_equal(run_words(apart, 4, split), HEALTH_PASS);
	}
	/* A zero word may come first: what was before it is not taken for zero. */
	assert_int_equal(run_words((const uint64_t[]){ 0 }, 1, false), HEALTH_PASS);
	/* And from other sources equal words are no fault. */
	health_init(&h, false);
	assert_int_equal(
		health_update(&h, (const uint8_t *)adjacent, sizeof(adjacent)), HEALTH_PASS);
}

static void test_stuck_words(void **state)
{
	static const struct {
		uint64_t word[4];
		enum health_test verdict;
	} row[] = {
		{ { 0, WORD_A, WORD_B, WORD_A }, HEALTH_PASS },
		{ { UINT64_MAX, WORD_A, WORD_B, WORD_A }, HEALTH_PASS },
		{ { 0, WORD_A, 0, WORD_A }, HEALTH_STUCK },
		{ { UINT64_MAX, WORD_A, WORD_B, UINT64_MAX }, HEALTH_STUCK },
		{ { 0, WORD_A, UINT64_MAX, WORD_A }, HEALTH_STUCK },
		{ { 0, 0, WORD_A, WORD_B }, HEALTH_STUCK },
		{ { UINT64_MAX, UINT64_MAX, WORD_A, WORD_B }, HEALTH_STUCK },
		{ { 1, WORD_A, 1ull << 63, WORD_A }, HEALTH_PASS },
		{ { ~1ull, WORD_A, UINT64_MAX >> 1, WORD_A }, HEALTH_PASS },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		assert_int_equal(run_words(row[i].word, 4, false), row[i].verdict);
		assert_int_equal(run_words(row[i].word, 4, true), row[i].verdict);
	}
}

static void test_verdict_stays(void **state)
{
	uint8_t bad[16] = { 0 }, good[512];
	struct health h, before;
	uint64_t rng = 4;

	(void)state;
	random_fill(&rng, good, sizeof(good));
	health_init(&h, false);
	assert_int_equal(health_update(&h, bad, sizeof(bad)), HEALTH_RCT);
	before = h;
	assert_int_equal(health_update(&h, good, sizeof(good)), HEALTH_RCT);
	assert_same(&h, &before);
}

static void test_empty_update(void **state)
{
	struct health h, fresh;

	(void)state;
	health_init(&h, true);
	fresh = h;
	assert_int_equal(health_update(&h, (const uint8_t *)"", 0), HEALTH_PASS);
	assert_same(&h, &fresh);
}

/* alpha is 2^-30: of eight million good samples none should fail, and none does. */
static void test_good_data(void **state)
{
	static uint8_t raw[8 << 20];
	uint64_t rng = 5;
	struct health h;

	(void)state;
	random_fill(&rng, raw, sizeof(raw));
	h = run_whole(true, raw, sizeof(raw));
	assert_int_equal(h.failed, HEALTH_PASS);
	assert_int_equal(h.samples, sizeof(raw));
	assert_in_range(h.run_max, 2, HEALTH_RCT_CUTOFF - 1);
	assert_in_range(h.count_max, 5, HEALTH_APT_CUTOFF - 1);
}

static void test_names(void **state)
{
	int i, j;

	(void)state;
	for (i = HEALTH_PASS; i <= HEALTH_WINDOW; i++)
		for (j = HEALTH_PASS; j < i; j++)
			assert_string_not_equal(health_name(i), health_name(j));
}

/* --- windows --- */

static const uint64_t window_key[2] = { 0x243f6a8885a308d3, 0x13198a2e03707344 };

static void test_windows_seen(void **state)
{
	uint8_t raw[64 * HEALTH_REPEAT], other[2 * HEALTH_REPEAT];
	struct windows w;
	uint64_t rng = 6;
	size_t i;

	(void)state;
	random_fill(&rng, raw, sizeof(raw));
	random_fill(&rng, other, sizeof(other));
	for (i = 0; i < sizeof(raw) / HEALTH_REPEAT; i++) {
		windows_init(&w, window_key);
		/* The first source, and another one that brings one of its windows as its second. */
		assert_int_equal(windows_add(&w, raw, sizeof(raw)), 0);
		memcpy(other + HEALTH_REPEAT, raw + i * HEALTH_REPEAT, HEALTH_REPEAT);
		assert_int_equal(windows_add(&w, other, sizeof(other)), 1);
		windows_clear(&w);
	}
	windows_init(&w, window_key);
	memcpy(raw + 32, raw, HEALTH_REPEAT);
	assert_int_equal(windows_add(&w, raw, sizeof(raw)), 1);
	windows_clear(&w);
}

static void test_windows_one_bit(void **state)
{
	uint8_t window[HEALTH_REPEAT] = { 0 };
	struct windows w;
	size_t bit;

	(void)state;
	windows_init(&w, window_key);
	assert_int_equal(windows_add(&w, window, sizeof(window)), 0);
	for (bit = 0; bit < 8 * sizeof(window); bit++) {
		window[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(windows_add(&w, window, sizeof(window)), 0);
		window[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	windows_clear(&w);
}

static void test_windows_rest(void **state)
{
	uint8_t raw[HEALTH_REPEAT + 15];
	struct windows w;
	uint64_t rng = 7;

	(void)state;
	random_fill(&rng, raw, sizeof(raw));
	windows_init(&w, window_key);
	assert_int_equal(windows_add(&w, raw + HEALTH_REPEAT, 15), 0);
	assert_int_equal(windows_add(&w, raw + HEALTH_REPEAT, 15), 0);
	assert_int_equal(w.used, 0);
	assert_int_equal(windows_add(&w, raw, sizeof(raw)), 0);
	assert_int_equal(w.used, 1);
	assert_int_equal(windows_add(&w, raw, sizeof(raw)), 1);
	windows_clear(&w);
}

/* As many as the largest seed brings, in pieces of all sizes: none is lost when the set grows. */
static void test_windows_growth(void **state)
{
	const size_t windows = 196608;
	uint8_t *raw = malloc(windows * HEALTH_REPEAT);
	struct windows w;
	uint64_t rng = 8;
	size_t at = 0, n, i;

	(void)state;
	assert_non_null(raw);
	random_fill(&rng, raw, windows * HEALTH_REPEAT);
	windows_init(&w, window_key);
	for (; at < windows; at += n) {
		n = 1 + random_below(&rng, 1500);
		n = n < windows - at ? n : windows - at;
		assert_int_equal(windows_add(&w, raw + at * HEALTH_REPEAT, n * HEALTH_REPEAT), 0);
		assert_int_equal(w.used, at + n);
		assert_true(w.used < w.room);
	}
	for (i = 0; i < windows; i++)
		assert_int_equal(windows_add(&w, raw + i * HEALTH_REPEAT, HEALTH_REPEAT), 1);
	windows_clear(&w);
	assert_null(w.slot);
	assert_int_equal(w.key[0] | w.key[1], 0);
	free(raw);
}

static void test_windows_reserve(void **state)
{
	static uint8_t raw[50000 * HEALTH_REPEAT];
	struct windows w;
	uint64_t rng = 9, *slot;

	(void)state;
	random_fill(&rng, raw, sizeof(raw));
	windows_init(&w, window_key);
	assert_int_equal(windows_add(&w, raw, 1024), 0);
	assert_int_equal(windows_reserve(&w, sizeof(raw) - 1024), 0);
	slot = w.slot;
	assert_int_equal(windows_add(&w, raw + 1024, sizeof(raw) - 1024), 0);
	assert_ptr_equal(w.slot, slot);
	assert_int_equal(windows_reserve(&w, 0), 0);
	assert_int_equal(windows_add(&w, raw, HEALTH_REPEAT), 1);
	windows_clear(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("health: the verdict and its figures are those of a naive reading of SP 800-90B",
			test_agrees_with_naive),
		TEST("health: every split of a buffer gives the verdict and figures of one call",
			test_any_split),
		TEST("health: any number of pieces gives the verdict and figures of one call",
			test_many_pieces),
		TEST("health: a run of 9 equal samples fails anywhere, a run of 8 passes",
			test_rct_cutoff),
		TEST("health: one sample 71 times in a window fails, 70 times passes",
			test_apt_cutoff),
		TEST("health: a window's count ends with it and is that of its first sample",
			test_apt_window),
		TEST("health: two equal words in a row fail a CPU source, and no other",
			test_equal_words),
		TEST("health: the word 0 or ~0 fails a CPU source the second time it comes",
			test_stuck_words),
		TEST("health: a verdict stays, whatever comes after it", test_verdict_stays),
		TEST("health: an update without samples changes nothing", test_empty_update),
		TEST("health: eight million good samples pass", test_good_data),
		TEST("health: no two tests have the same name", test_names),
		TEST("windows: one that was seen before is found, in this source or another",
			test_windows_seen),
		TEST("windows: two that differ in one bit are two", test_windows_one_bit),
		TEST("windows: a rest shorter than a window is not looked at", test_windows_rest),
		TEST("windows: a set that grows forgets none", test_windows_growth),
		TEST("windows: what room was reserved for is taken in without growing",
			test_windows_reserve),
	};

	/* The windows are kept in its locked memory. */
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
