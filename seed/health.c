/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/health.h"
#include "seed/health_window.h"

#include <assert.h>
#include <string.h>

#define WINDOW HEALTH_WINDOW_SAMPLES

void health_init(struct health *h, const struct health_mode *mode)
{
	memset(h, 0, sizeof(*h));
	h->mode = *mode;
	if (mode->mbit > 0)
		(void)cutoffs_for(mode->mbit, &h->found.cutoff);
}

/* True for the first two windows, and then for one window in each group of eight. The place of this window in its group
 * changes from group to group, so that a pattern with a period of 4096 bytes is seen too. */
bool health_is_sampled(uint64_t sample)
{
	const uint64_t window = sample / WINDOW;

	return window < HEALTH_STARTUP / WINDOW || window % 8 == window / 8 % 8;
}

/* --- vectors, to compare 32 samples at a time --- */

#define STEP 32

/* Vector types that GCC and clang compile for every CPU. */
typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint64_t words2 __attribute__((vector_size(16)));

static bytes16 load_bytes(const uint8_t *p)
{
	bytes16 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static bool any_set(words2 v)
{
	return (v[0] | v[1]) != 0;
}

/* --- repetition count --- */

/* Returns, for each of sixteen samples: all ones if it equals the sample before it, else zero. */
static words2 seconds(const uint8_t *raw)
{
	return (words2)(load_bytes(raw) == load_bytes(raw - 1));
}

/* Is any of STEP samples the third in a run of equal samples? In good data runs of two are common, runs of three
 * rare. */
static bool any_third(const uint8_t *raw)
{
	return any_set((seconds(raw) & seconds(raw - 1)) | (seconds(raw + 16) & seconds(raw + 15)));
}

static bool any_second(const uint8_t *raw)
{
	return any_set(seconds(raw) | seconds(raw + 16));
}

/* Counts STEP samples quickly: any_third() has found that none of them is the third of a run. */
static void step_over(struct health *h, const uint8_t *raw)
{
	if (h->found.run_max < 2 && any_second(raw))
		h->found.run_max = 2;
	h->run = raw[STEP - 1] == raw[STEP - 2] ? 2 : 1;
}

static void count_runs(struct health *h, const uint8_t *raw, size_t len)
{
	size_t i = 0;

	while (i < len) {
		if (h->seen + i >= 2 && len - i >= STEP && !any_third(raw + i)) {
			step_over(h, raw + i);
			i += STEP;
			continue;
		}
		h->run = h->seen + i > 0 && raw[i] == (raw + i)[-1] ? h->run + 1 : 1;
		if (h->run > h->found.run_max)
			h->found.run_max = h->run;
		i++;
	}
}

/* --- words of a CPU --- */

static uint64_t load_word(const uint8_t *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	return x;
}

/* Returns, for each of two words: all ones if it is 0, is ~0, or equals the word before it; else zero. */
static words2 bad_words(const uint8_t *raw)
{
	const words2 these = (words2)load_bytes(raw), before = (words2)load_bytes(raw - 8);
	const words2 zero = { 0, 0 };

	return (words2)(these == before) | (words2)(these == zero) | (words2)(these == ~zero);
}

/* Is none of the words in STEP samples bad? */
static bool words_pass(const uint8_t *raw)
{
	return !any_set(bad_words(raw) | bad_words(raw + 16));
}

static enum health_test test_words(struct health *h, const uint8_t *raw, size_t len)
{
	enum health_test failed = HEALTH_PASS;
	size_t i = 0;

	while (i + 8 <= len && failed != HEALTH_STUCK) {
		const bool first = h->seen + i == 0;
		const uint64_t word = load_word(raw + i);

		if (!first && len - i >= STEP && words_pass(raw + i)) {
			i += STEP;
			continue;
		}
		h->stuck += word == 0 || word == UINT64_MAX;
		if (h->stuck >= 2)
			failed = HEALTH_STUCK;
		else if (!first && word == load_word(raw + i - 8))
			failed = HEALTH_WORDS;
		i += 8;
	}
	return failed;
}

unsigned health_figure(const struct health_figures *f, enum health_test test)
{
	switch (test) {
	case HEALTH_RCT:
		return f->run_max;
	case HEALTH_APT:
		return f->count_max;
	case HEALTH_LAG:
		return f->lag_max;
	case HEALTH_STEP:
		return f->step_max;
	case HEALTH_FRAME:
		return f->frame_max;
	default:
		return 0;
	}
}

static unsigned cutoff_of(const struct cutoffs *c, enum health_test test, bool sure)
{
	switch (test) {
	case HEALTH_RCT:
		return sure ? c->rct_sure : c->rct;
	case HEALTH_APT:
		return sure ? c->count_sure : c->count;
	case HEALTH_LAG:
	case HEALTH_STEP:
	case HEALTH_FRAME:
		return sure ? c->lag_sure : c->lag;
	default:
		return 0;
	}
}

unsigned health_cutoff(const struct health_figures *f, enum health_test test)
{
	return cutoff_of(&f->cutoff, test, false);
}

/* Returns: the first test whose figure has reached its cutoff; HEALTH_PASS: none. */
static enum health_test judge(const struct health_figures *f, bool sure)
{
	enum health_test test;

	for (test = HEALTH_RCT; test <= HEALTH_FRAME; test++)
		if (health_figure(f, test) >= cutoff_of(&f->cutoff, test, sure))
			return test;
	return HEALTH_PASS;
}

/* Reports the cutoff as the figure of the failed test. A figure rises by one at a time, so the test failed at the
 * sample that reached the cutoff. The figure is higher at the end of this piece, and depends on how the caller divided
 * the samples into calls. */
static void settle(struct health_figures *f)
{
	unsigned *figure = f->failed == HEALTH_RCT ? &f->run_max :
		f->failed == HEALTH_APT            ? &f->count_max :
		f->failed == HEALTH_LAG            ? &f->lag_max :
		f->failed == HEALTH_STEP           ? &f->step_max :
						     &f->frame_max;

	f->sure = f->failed == HEALTH_STUCK || judge(f, true) != HEALTH_PASS;
	if (f->failed <= HEALTH_FRAME)
		*figure = health_cutoff(f, f->failed);
}

/* Keeps the end of the window: these samples are the ones before the next window. */
static void next_window(struct health *h)
{
	memmove(h->sample, h->sample + WINDOW, HEALTH_BEFORE);
	h->filled = 0;
}

/* Appends samples to the current window, and tests them. @last: the caller has no more samples. */
static void test_piece(struct health *h, const uint8_t *raw, size_t len, bool last)
{
	uint8_t *place = h->sample + HEALTH_BEFORE + h->filled;
	enum health_test words = HEALTH_PASS;

	memcpy(place, raw, len);
	if (h->mode.words)
		words = test_words(h, place, len);
	count_runs(h, place, len);
	h->filled += len;
	h->seen += len;
	h->found.samples += len;
	if (h->filled == WINDOW || last)
		health_count_window(h);
	h->found.failed = words != HEALTH_PASS ? words : judge(&h->found, false);
	if (h->found.failed != HEALTH_PASS)
		settle(&h->found);
	else if (h->filled == WINDOW)
		next_window(h);
}

enum health_test health_update(struct health *h, const uint8_t *raw, size_t len)
{
	size_t n;

	for (; len > 0 && h->found.failed == HEALTH_PASS; raw += n, len -= n) {
		n = WINDOW - h->filled < len ? WINDOW - h->filled : len;
		if (h->mode.mbit > 0)
			test_piece(h, raw, n, n == len);
		else
			h->found.samples += n;
	}
	return h->found.failed;
}

void health_resume(struct health *h)
{
	const size_t samples = h->found.samples;
	const struct health_mode mode = h->mode;

	health_init(h, &mode);
	h->found.samples = samples;
}

const char *health_name(enum health_test test)
{
	static const char *const names[] = {
		[HEALTH_PASS] = "pass",
		[HEALTH_RCT] = "repetition count",
		[HEALTH_APT] = "adaptive proportion",
		[HEALTH_LAG] = "equal bytes",
		[HEALTH_STEP] = "equal steps",
		[HEALTH_FRAME] = "equal neighbours",
		[HEALTH_WORDS] = "equal words",
		[HEALTH_STUCK] = "stuck word",
		[HEALTH_REPLAY] = "replay",
	};

	return names[test];
}
