/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "seed/health.h"

#define BUFFER_MAX 4096
#define WINDOW     HEALTH_WINDOW_SAMPLES

static const unsigned mbits[] = { 250, 500, 1000, 2500, 4000, 6000, 8000 };

/* --- a second implementation of the tests, in the simplest way: one sample at a time --- */

struct naive {
	enum health_test failed;
	unsigned run_max, count_max, lag_max, step_max, frame_max;
};

static void raise_to(unsigned *max, unsigned count)
{
	if (count > *max)
		*max = count;
}

static void naive_runs(struct naive *n, const uint8_t *raw, size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to; i++) {
		size_t run = 1;

		while (run <= i && raw[i - run] == raw[i])
			run++;
		raise_to(&n->run_max, (unsigned)run);
	}
}

static void naive_counts(struct naive *n, const uint8_t *raw, size_t from, size_t to)
{
	unsigned lag, value;
	size_t i;

	for (value = 0; value < 256; value++) {
		unsigned count = 0;

		for (i = from; i < to; i++)
			count += raw[i] == value;
		raise_to(&n->count_max, count);
	}
	for (lag = 1; lag <= 64; lag++) {
		unsigned equal = 0, steps = 0, minus = 0, flips = 0;

		for (i = from; i < to; i++) {
			equal += i >= lag && raw[i] == raw[i - lag];
			steps += i >= 2 * lag &&
				(raw[i] - 2 * raw[i - lag] + raw[i - 2 * lag]) % 256 == 0;
			minus += i >= lag + 1 &&
				(raw[i] - raw[i - 1] - raw[i - lag] + raw[i - lag - 1]) % 256 == 0;
			flips += i >= lag + 1 &&
				(raw[i] ^ raw[i - 1]) == (raw[i - lag] ^ raw[i - lag - 1]);
		}
		raise_to(&n->lag_max, equal);
		raise_to(&n->step_max, steps);
		raise_to(&n->frame_max, minus);
		raise_to(&n->frame_max, flips);
	}
}

static enum health_test naive_words(const uint8_t *raw, size_t from, size_t to, unsigned *stuck)
{
	enum health_test failed = HEALTH_PASS;
	uint64_t word, before;
	size_t i;

	for (i = from; i < to && failed != HEALTH_STUCK; i += 8) {
		memcpy(&word, raw + i, 8);
		*stuck += word == 0 || word == UINT64_MAX;
		if (i > 0)
			memcpy(&before, raw + i - 8, 8);
		if (*stuck >= 2)
			failed = HEALTH_STUCK;
		else if (i > 0 && word == before)
			failed = HEALTH_WORDS;
	}
	return failed;
}

static bool naive_sampled(size_t window)
{
	static const size_t few[] = { 0, 1, 9, 18, 27, 36, 45, 54, 63, 64, 73 };
	size_t i;

	for (i = 0; i < COUNT(few); i++)
		if (few[i] == window)
			return true;
	return false;
}

/* Runs the tests, and stops at the end of the window in which one of them fails. */
static struct naive naive_run(const struct health_mode *mode, const uint8_t *raw, size_t len)
{
	struct naive n = { 0 };
	struct cutoffs c;
	unsigned stuck = 0;
	size_t from, to;

	assert_int_equal(cutoffs_for(mode->mbit, &c), 0);
	for (from = 0; from < len && n.failed == HEALTH_PASS; from = to) {
		to = from + WINDOW < len ? from + WINDOW : len;
		if (mode->words)
			n.failed = naive_words(raw, from, to, &stuck);
		naive_runs(&n, raw, from, to);
		if (!mode->sampled || naive_sampled(from / WINDOW))
			naive_counts(&n, raw, from, to);
		if (n.failed == HEALTH_PASS)
			n.failed = n.run_max >= c.rct  ? HEALTH_RCT :
				n.count_max >= c.count ? HEALTH_APT :
				n.lag_max >= c.lag     ? HEALTH_LAG :
				n.step_max >= c.lag    ? HEALTH_STEP :
				n.frame_max >= c.lag   ? HEALTH_FRAME :
							 HEALTH_PASS;
	}
	return n;
}

/* --- random buffers, some of them good and some bad --- */

/* Each sample has one of a limited number of values. In some buffers there is a regular position in each frame, a run
 * of equal samples, or a repeated word. */
static void make_buffer(uint64_t *rng, uint8_t *raw, size_t len)
{
	static const unsigned symbols_of[] = { 2, 5, 12, 24, 64, 256, 256, 256, 256, 256, 256 };
	const unsigned symbols = symbols_of[random_below(rng, COUNT(symbols_of))];
	const size_t frame = 2 + random_below(rng, 63), kind = random_below(rng, 8);
	size_t i;

	for (i = 0; i < len; i++)
		raw[i] = (uint8_t)(random_below(rng, symbols) * (256 / symbols));
	for (i = 2 * frame; i < len; i++) {
		if (i % frame > frame / (1 + random_below(rng, 4)) || kind > 3)
			continue;
		raw[i] = kind == 0 ? raw[i - frame] :
			kind == 1  ? (uint8_t)(2 * raw[i - frame] - raw[i - 2 * frame]) :
			kind == 2  ? (uint8_t)(raw[i - 1] + raw[i - frame] - raw[i - frame - 1]) :
				     raw[i - 1] ^ raw[i - frame] ^ raw[i - frame - 1];
	}
	if (random_below(rng, 3) == 0) {
		const size_t run = 4 + random_below(rng, 40), at = random_below(rng, len);

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

static struct health_mode any_mode(uint64_t *rng)
{
	return (struct health_mode){ .mbit = mbits[random_below(rng, COUNT(mbits))],
		.words = random_below(rng, 2),
		.sampled = random_below(rng, 4) == 0 };
}

static struct health run_whole(const struct health_mode *mode, const uint8_t *raw, size_t len)
{
	enum health_test verdict;
	struct health h;

	health_init(&h, mode);
	verdict = health_update(&h, raw, len);
	assert_int_equal(verdict, h.found.failed);
	return h;
}

/* The samples may be divided into calls in any way: that may change the figures after a failure, but not whether there
 * is a failure. */
static void assert_same(const struct health *a, const struct health *b)
{
	struct health_figures f = a->found, g = b->found;

	assert_int_equal(f.failed == HEALTH_PASS, g.failed == HEALTH_PASS);
	if (f.failed != HEALTH_PASS)
		return;
	/* If several lags have the same count, the way of dividing decides which of them is reported. */
	f.lag_at = f.step_at = f.frame_at = g.lag_at = g.step_at = g.frame_at = 0;
	assert_memory_equal(&f, &g, sizeof(f));
}

/* --- the tests --- */

static void test_agrees_with_naive(void **state)
{
	uint8_t raw[BUFFER_MAX];
	unsigned verdicts[HEALTH_REPLAY] = { 0 };
	uint64_t rng = 1;
	int i;

	(void)state;
	for (i = 0; i < 3000; i++) {
		const size_t len = 8 * (1 + random_below(&rng, i % 10 ? 200 : BUFFER_MAX / 8));
		const struct health_mode mode = any_mode(&rng);
		struct health_figures f;
		struct naive n;

		make_buffer(&rng, raw, len);
		n = naive_run(&mode, raw, len);
		f = run_whole(&mode, raw, len).found;
		verdicts[f.failed]++;
		assert_int_equal(f.failed, n.failed);
		if (f.failed != HEALTH_PASS) {
			/* The reported figure is the one at the sample at which the test failed. */
			assert_int_equal(health_figure(&f, f.failed), health_cutoff(&f, f.failed));
			continue;
		}
		assert_int_equal(f.run_max, n.run_max);
		assert_int_equal(f.count_max, n.count_max);
		assert_int_equal(f.lag_max, n.lag_max);
		assert_int_equal(f.step_max, n.step_max);
		assert_int_equal(f.frame_max, n.frame_max);
		assert_int_equal(f.samples, len);
	}
	/* Each verdict occurred often enough for the comparison to be meaningful. */
	for (i = HEALTH_PASS; i <= HEALTH_STUCK; i++)
		if (verdicts[i] < 20)
			fail_msg("%s: only %u", health_name((enum health_test)i), verdicts[i]);
}

static void test_any_split(void **state)
{
	uint8_t raw[1400];
	uint64_t rng = 2;
	int round;

	(void)state;
	for (round = 0; round < 40; round++) {
		const struct health_mode mode = any_mode(&rng);
		const size_t step = mode.words ? 8 : 1, len = 600 + 8 * random_below(&rng, 100);
		struct health whole, h;
		size_t at;

		make_buffer(&rng, raw, len);
		whole = run_whole(&mode, raw, len);
		for (at = 0; at <= len; at += step) {
			health_init(&h, &mode);
			health_update(&h, raw, at);
			health_update(&h, raw + at, len - at);
			assert_same(&h, &whole);
		}
		health_init(&h, &mode);
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
	for (round = 0; round < 1000; round++) {
		const struct health_mode mode = any_mode(&rng);
		const size_t step = mode.words ? 8 : 1, len = 8 * (1 + random_below(&rng, 512));
		struct health whole, h;
		size_t at = 0, n;

		make_buffer(&rng, raw, len);
		whole = run_whole(&mode, raw, len);
		health_init(&h, &mode);
		for (; at < len; at += n) {
			n = step * random_below(&rng, 120);
			n = n < len - at ? n : len - at;
			health_update(&h, raw + at, n);
		}
		assert_same(&h, &whole);
	}
}

/* Returns the verdict on @run equal samples; @before other samples come first, of which no two neighbours are equal. */
static enum health_test run_of(unsigned mbit, size_t before, size_t run, size_t cut)
{
	const struct health_mode mode = { .mbit = mbit };
	uint8_t raw[64 + 300];
	struct health h;
	size_t i;

	for (i = 0; i < before; i++)
		raw[i] = (uint8_t)(97 * i * i);
	memset(raw + before, 7, run);
	raw[before + run] = 9;
	health_init(&h, &mode);
	health_update(&h, raw, cut);
	health_update(&h, raw + cut, before + run + 1 - cut);
	if (h.found.failed != HEALTH_RCT)
		assert_int_equal(h.found.run_max, run);
	return h.found.failed;
}

static void test_rct_cutoff(void **state)
{
	size_t i, before, cut;
	struct cutoffs c;

	(void)state;
	for (i = 0; i < COUNT(mbits); i++) {
		assert_int_equal(cutoffs_for(mbits[i], &c), 0);
		for (before = 0; before < 40; before += 13)
			for (cut = 0; cut < before + c.rct; cut++) {
				const enum health_test less =
					run_of(mbits[i], before, c.rct - 1, cut);

				assert_int_not_equal(less, HEALTH_RCT);
				assert_int_equal(run_of(mbits[i], before, c.rct, 0), HEALTH_RCT);
			}
	}
}

/* Returns the figures for @windows good windows, followed by one in which a value occurs @times times, but not as the
 * first sample. */
static struct health_figures proportion_of(unsigned mbit, size_t windows, size_t times)
{
	const struct health_mode mode = { .mbit = mbit };
	uint8_t raw[3 * WINDOW];
	uint8_t *window = raw + windows * WINDOW;
	uint64_t rng = 4 + times;
	size_t i, at;

	for (i = 0; i < sizeof(raw); i++)
		raw[i] = (uint8_t)random_below(&rng, 251);
	for (i = 0; i < times;) {
		at = 1 + random_below(&rng, WINDOW - 1);
		i += window[at] != 0xfe;
		window[at] = 0xfe;
	}
	return run_whole(&mode, raw, (windows + 1) * WINDOW).found;
}

static void test_apt_cutoff(void **state)
{
	struct cutoffs c;
	size_t windows;

	(void)state;
	assert_int_equal(cutoffs_for(4000, &c), 0);
	for (windows = 0; windows < 3; windows++) {
		struct health_figures f = proportion_of(4000, windows, c.count);

		assert_int_equal(f.failed, HEALTH_APT);
		assert_int_equal(f.count_max, c.count);
		assert_false(f.sure);
		f = proportion_of(4000, windows, c.count - 1);
		assert_int_equal(f.failed, HEALTH_PASS);
		assert_int_equal(f.count_max, c.count - 1);
		f = proportion_of(4000, windows, c.count_sure);
		assert_int_equal(f.failed, HEALTH_APT);
		assert_true(f.sure);
	}
}

static void test_apt_window(void **state)
{
	const struct health_mode mode = { .mbit = 4000 };
	uint8_t raw[2 * WINDOW];
	uint64_t rng = 5;
	size_t i;

	(void)state;
	/* Near the end of one window there are 75 equal samples, and near the beginning of the next one 75 more. */
	for (i = 0; i < sizeof(raw); i++)
		raw[i] = (uint8_t)random_below(&rng, 250);
	for (i = 1; i <= 75; i++)
		raw[WINDOW - i - i % 3] = raw[WINDOW + i + i % 3] = 0xfe;
	for (i = 1; i <= 75; i++) /* break up long runs */
		if (i % 7 == 0)
			raw[WINDOW - i] = raw[WINDOW + i] = 0xfd;
	assert_true(run_whole(&mode, raw, sizeof(raw)).found.count_max < 76);
	assert_int_not_equal(run_whole(&mode, raw, sizeof(raw)).found.failed, HEALTH_APT);
}

static enum health_test run_words(const uint64_t *word, size_t words, bool split)
{
	const struct health_mode mode = { .mbit = 4000, .words = true };
	struct health h;
	size_t i;

	health_init(&h, &mode);
	if (!split)
		return health_update(&h, (const uint8_t *)word, 8 * words);
	for (i = 0; i < words; i++)
		health_update(&h, (const uint8_t *)(word + i), 8);
	return h.found.failed;
}

#define WORD_A 0x0102030405060708
#define WORD_B 0x1112131415161718

static void test_equal_words(void **state)
{
	static const uint64_t adjacent[] = { WORD_B, WORD_A, WORD_A };
	static const uint64_t apart[] = { WORD_A, WORD_B, WORD_A, WORD_B };
	const struct health_mode mode = { .mbit = 4000 };
	struct health h;
	int split;

	(void)state;
	for (split = 0; split < 2; split++) {
		assert_int_equal(run_words(adjacent, 3, split), HEALTH_WORDS);
		assert_int_equal(run_words(adjacent, 2, split), HEALTH_PASS);
		assert_int_equal(run_words(apart, 4, split), HEALTH_PASS);
	}
	/* The first word is not compared with the zeros that the buffer has for the word before it. */
	assert_int_equal(run_words((const uint64_t[]){ 1 }, 1, false), HEALTH_PASS);
	/* For a source that is not a CPU instruction, equal words are not a fault. */
	health_init(&h, &mode);
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
	const struct health_mode mode = { .mbit = 4000 };
	uint8_t bad[16] = { 0 }, good[WINDOW];
	struct health h, before;
	uint64_t rng = 6;

	(void)state;
	random_fill(&rng, good, sizeof(good));
	health_init(&h, &mode);
	assert_int_equal(health_update(&h, bad, sizeof(bad)), HEALTH_RCT);
	before = h;
	assert_int_equal(health_update(&h, good, sizeof(good)), HEALTH_RCT);
	assert_memory_equal(&h, &before, sizeof(h));
	/* The failure lasts until health_resume(). */
	health_resume(&h);
	assert_int_equal(health_update(&h, good, sizeof(good)), HEALTH_PASS);
	assert_int_equal(h.found.samples, sizeof(bad) + sizeof(good));
	assert_in_range(h.found.run_max, 1, 4);
}

static void test_empty_update(void **state)
{
	const struct health_mode mode = { .mbit = 4000, .words = true };
	struct health h, fresh;

	(void)state;
	health_init(&h, &mode);
	fresh = h;
	assert_int_equal(health_update(&h, (const uint8_t *)"", 0), HEALTH_PASS);
	assert_memory_equal(&h, &fresh, sizeof(h));
}

/* If the user states 0 bits for a source, it is not tested. */
static void test_not_tested(void **state)
{
	const struct health_mode mode = { .mbit = 0, .words = true };
	static uint8_t zeros[BUFFER_MAX];
	struct health_figures f;

	(void)state;
	f = run_whole(&mode, zeros, sizeof(zeros)).found;
	assert_int_equal(f.failed, HEALTH_PASS);
	assert_int_equal(f.samples, sizeof(zeros));
	assert_int_equal(f.cutoff.rct, 0);
}

/* For an abundant source, one window in each 4096 bytes is tested; its place among the eight windows changes from one
 * to the next. */
static void test_sampled(void **state)
{
	const struct health_mode mode = { .mbit = 4000, .words = true, .sampled = true };
	static uint8_t raw[80 * WINDOW];
	uint64_t rng = 7;
	size_t window, i;

	(void)state;
	for (window = 0; window < 80; window++) {
		assert_int_equal(health_is_sampled(window * WINDOW), naive_sampled(window));
		assert_int_equal(health_is_sampled(window * WINDOW + WINDOW - 1),
			health_is_sampled(window * WINDOW));
	}
	for (window = 0; window < 80; window++) {
		random_fill(&rng, raw, sizeof(raw));
		for (i = 0; i < WINDOW; i += 4)
			raw[window * WINDOW + i] = 0xfe;
		assert_int_equal(run_whole(&mode, raw, sizeof(raw)).found.failed,
			naive_sampled(window) ? HEALTH_APT : HEALTH_PASS);
		/* The repetition count test runs on all bytes. */
		memset(raw + window * WINDOW + 100, 9, 9);
		assert_int_not_equal(run_whole(&mode, raw, sizeof(raw)).found.failed, HEALTH_PASS);
	}
}

/* --- sources that are worse than they claim --- */

struct pattern {
	const char *name;
	size_t random, frame; /* number of random bytes in each frame, and length of the frame */
	/* how the other bytes of a frame are made */
	enum { CONSTANT, COUNTER, COUNTER_OWN, OFFSET, FLIPS, WALK, FEW, MOSTLY } rest;
	unsigned mbit; /* refused at this min-entropy and at all higher ones */
};

static const struct pattern patterns[] = {
	{ "one random byte of 8", 1, 8, CONSTANT, 500 },
	{ "one random byte of 2", 1, 2, CONSTANT, 1500 },
	{ "one of 3", 1, 3, CONSTANT, 1000 },
	{ "one of 5", 1, 5, CONSTANT, 1000 },
	{ "two of 16", 2, 16, CONSTANT, 500 },
	{ "three of 17", 3, 17, CONSTANT, 1000 },
	{ "eight of 64", 8, 64, CONSTANT, 500 },
	{ "seven of 63", 7, 63, CONSTANT, 500 },
	{ "one of 8, the others count alike", 1, 8, COUNTER, 500 },
	{ "one of 8, each of the others counts at its own pace", 1, 8, COUNTER_OWN, 500 },
	{ "two of 33, the others count", 2, 33, COUNTER_OWN, 500 },
	{ "one of 8, the others at a fixed distance from it", 1, 8, OFFSET, 500 },
	{ "one of 8, the others with fixed bits flipped", 1, 8, FLIPS, 500 },
	{ "one of 11, at a fixed distance", 1, 11, OFFSET, 500 },
	{ "a walk of zero or one", 0, 1, WALK, 2000 },
	{ "sixteen values", 0, 1, FEW, 6000 },
	{ "three quarters zero", 0, 1, MOSTLY, 1000 },
};

static void make_pattern(const struct pattern *p, uint64_t *rng, uint8_t *raw, size_t len)
{
	uint8_t fixed[64], pace[64], base = 0;
	size_t i;

	random_fill(rng, fixed, sizeof(fixed));
	random_fill(rng, pace, sizeof(pace));
	for (i = 0; i < len; i++) {
		const size_t at = i % p->frame, frames = i / p->frame;
		const uint8_t any = (uint8_t)random_next(rng);

		base = at < p->random ? any : base;
		raw[i] = at < p->random        ? any :
			p->rest == CONSTANT    ? fixed[at] :
			p->rest == COUNTER     ? (uint8_t)(fixed[at] + frames) :
			p->rest == COUNTER_OWN ? (uint8_t)(fixed[at] + frames * pace[at]) :
			p->rest == OFFSET      ? (uint8_t)(base + fixed[at]) :
			p->rest == FLIPS       ? base ^ fixed[at] :
			p->rest == WALK        ? (uint8_t)((i ? raw[i - 1] : 0) + any % 2) :
			p->rest == FEW         ? (uint8_t)(any % 16 * 13) :
			any % 4                ? 0 :
						 (uint8_t)random_next(rng);
	}
}

static void test_patterns(void **state)
{
	uint8_t raw[2 * WINDOW];
	uint64_t rng = 8;
	unsigned mbit;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(patterns); i++) {
		for (mbit = patterns[i].mbit; mbit <= 8000; mbit += 250) {
			const struct health_mode mode = { .mbit = mbit };

			make_pattern(patterns + i, &rng, raw, sizeof(raw));
			if (run_whole(&mode, raw, sizeof(raw)).found.failed == HEALTH_PASS)
				fail_msg("%s passes at %u", patterns[i].name, mbit);
		}
	}
}

/* Samples with 2^bits equally frequent values pass at a min-entropy of @bits. With up to 6 bits, they are refused at 8
 * bits a byte. */
static void test_honest(void **state)
{
	static uint8_t raw[1 << 18];
	uint64_t rng = 9;
	unsigned bits;
	size_t i;

	(void)state;
	for (bits = 1; bits <= 8; bits++) {
		const struct health_mode mode = { .mbit = 1000 * bits }, more = { .mbit = 8000 };

		for (i = 0; i < sizeof(raw); i++)
			raw[i] = (uint8_t)(random_below(&rng, 1u << bits) * (256u >> bits));
		assert_int_equal(run_whole(&mode, raw, sizeof(raw)).found.failed, HEALTH_PASS);
		if (bits <= 6)
			assert_int_not_equal(
				run_whole(&more, raw, sizeof(raw)).found.failed, HEALTH_PASS);
	}
}

static void test_names(void **state)
{
	int i, j;

	(void)state;
	for (i = HEALTH_PASS; i <= HEALTH_REPLAY; i++)
		for (j = HEALTH_PASS; j < i; j++)
			assert_string_not_equal(
				health_name((enum health_test)i), health_name((enum health_test)j));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("health: the verdict and its figures equal those of a simple implementation",
			test_agrees_with_naive),
		TEST("health: every split of a buffer into two calls gives the verdict and figures of one call",
			test_any_split),
		TEST("health: any number of pieces gives the verdict and figures of one call",
			test_many_pieces),
		TEST("health: a run of as many equal samples as the cutoff fails, one less passes",
			test_rct_cutoff),
		TEST("health: any value as often in a window as the cutoff fails, one less passes",
			test_apt_cutoff),
		TEST("health: a count ends with its window", test_apt_window),
		TEST("health: two equal words in a row fail a CPU source, and no other",
			test_equal_words),
		TEST("health: the word 0 or ~0 fails a CPU source the second time it occurs",
			test_stuck_words),
		TEST("health: a verdict stays until the tests start again", test_verdict_stays),
		TEST("health: an update without samples changes nothing", test_empty_update),
		TEST("health: a source that is stated to be worth nothing is not tested",
			test_not_tested),
		TEST("health: an abundant source's windows are counted at each place in turn",
			test_sampled),
		TEST("health: frames, counters, offsets, walks and few values fail if more is claimed",
			test_patterns),
		TEST("health: 2^n values pass at n bits a byte", test_honest),
		TEST("health: no two tests have the same name", test_names),
	};

	return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
