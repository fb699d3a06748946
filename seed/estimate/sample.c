/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/estimate/sample.h"
#include "seed/source/reader.h"
#include "util/clock.h"
#include "util/secret.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define READ_MAX        16384 /* at a time */
#define READ_MAX_DEVICE 512   /* of a device, as its child delivers: a slow chip takes seconds */

static bool is_device(const struct sample *s)
{
	return s->spec->src->kind == SOURCE_DEVICE;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void note_failure(struct sample *s, const struct health *h, size_t at)
{
	s->failures[h->failed]++;
	s->startup_failures += at < HEALTH_STARTUP;
	if (s->failed != HEALTH_PASS)
		return;
	s->failed = h->failed;
	if (h->failed == HEALTH_RCT) {
		s->figure = h->run_max;
		s->cutoff = HEALTH_RCT_CUTOFF;
	} else if (h->failed == HEALTH_APT) {
		s->figure = h->count_max;
		s->cutoff = HEALTH_APT_CUTOFF;
	}
}

static void keep_figures(struct sample *s, const struct health *h)
{
	if (s->run_max < h->run_max)
		s->run_max = h->run_max;
	if (s->count_max < h->count_max)
		s->count_max = h->count_max;
}

/* All of it, although the tests stop at what fails one: where they stopped they begin anew. */
static void test_samples(struct sample *s, struct health *h, size_t len)
{
	const uint8_t *raw = s->raw + s->len;
	size_t at = 0;

	while (at < len) {
		const size_t before = h->samples;
		const enum health_test failed = health_update(h, raw + at, len - at);

		at += h->samples - before;
		keep_figures(s, h);
		if (failed != HEALTH_PASS) {
			note_failure(s, h, s->len + at - 1);
			health_init(h, h->words);
		}
	}
}

static int test_windows(struct sample *s, struct windows *windows, size_t len)
{
	const struct health repeated = { .failed = HEALTH_WINDOW };
	size_t at;
	int r;

	for (at = s->len; at < s->len + len; at += HEALTH_REPEAT) {
		r = windows_add(windows, s->raw + at, HEALTH_REPEAT);
		if (r < 0)
			return r;
		if (r > 0)
			note_failure(s, &repeated, at);
	}
	return 0;
}

static size_t read_len(const struct sample *s)
{
	const size_t max = is_device(s) ? READ_MAX_DEVICE : READ_MAX;
	size_t len = s->asked / SAMPLE_POINTS / SAMPLE_MULTIPLE * SAMPLE_MULTIPLE;

	if (len < SAMPLE_MULTIPLE)
		len = SAMPLE_MULTIPLE;
	return len < max ? len : max;
}

static void add_point(struct sample *s, int64_t spent_ns)
{
	/* Not one for each read, but the same number however small those are. */
	if (s->points > 0 && s->len < s->asked && s->len * SAMPLE_POINTS < s->points * s->asked)
		return;
	if (s->points <= SAMPLE_POINTS)
		s->point[s->points++] = (struct sample_point){ .ns = spent_ns, .bytes = s->len };
}

/* --- the one place that opens and reads a source --- */

struct tap {
	struct reader reader; /* of a device */
	struct source_handle handle;
	unsigned patience_ms;
};

static uint64_t want_all(const struct source_handle *h, const void *sample)
{
	(void)h;
	return ((const struct sample *)sample)->asked;
}

/* The child may take as long as it all takes; how long for each piece is for us to say. */
static unsigned whole_ms(const struct sample *s, unsigned patience_ms)
{
	const uint64_t ms = (s->asked / READ_MAX_DEVICE + 2) * (uint64_t)patience_ms;

	return ms < INT_MAX ? (unsigned)ms : INT_MAX;
}

static int tap_open(struct tap *t, const struct sample *s)
{
	int r;

	if (!s->spec->src->open)
		return -ENOSYS;
	if (!is_device(s))
		return source_open(s->spec, &t->handle, clock_ms() + t->patience_ms);
	r = reader_start(&t->reader, s->spec, whole_ms(s, t->patience_ms), want_all, s);
	if (r < 0)
		return r;
	reader_go(&t->reader);
	t->reader.deadline_ms = clock_ms() + t->patience_ms;
	return reader_open(&t->reader, &t->handle);
}

static int tap_read(struct tap *t, const struct sample *s, uint8_t *raw, size_t len)
{
	if (!is_device(s))
		return s->spec->src->fill(&t->handle, raw, len);
	t->reader.deadline_ms = clock_ms() + t->patience_ms;
	return reader_read(&t->reader, raw, len);
}

static void tap_close(struct tap *t, const struct sample *s)
{
	if (is_device(s))
		reader_end(&t->reader);
	else if (s->opened)
		s->spec->src->close(&t->handle);
}

/* Fills what is left, or fails; @s->len says how far it came. */
static int take_all(
	struct sample *s, struct tap *t, struct windows *windows, sample_progress show, void *arg)
{
	const size_t step = read_len(s);
	int64_t spent_ns = 0;
	struct health health;
	int r = 0;

	health_init(&health, s->spec->src->kind == SOURCE_CPU);
	add_point(s, spent_ns);
	while (s->len < s->asked && r == 0) {
		const size_t left = s->asked - s->len, len = left < step ? left : step;

		spent_ns -= now_ns();
		s->err = tap_read(t, s, s->raw + s->len, len);
		spent_ns += now_ns();
		if (s->err < 0)
			break;
		test_samples(s, &health, len);
		r = test_windows(s, windows, len);
		s->len += len;
		add_point(s, spent_ns);
		if (show)
			show(arg, s->len, s->asked);
	}
	explicit_bzero(&health, sizeof(health));
	return r;
}

int sample_take(struct sample *s, const struct source_spec *spec, size_t asked,
	unsigned patience_ms, struct windows *windows, sample_progress show, void *arg)
{
	struct tap tap = { .patience_ms = patience_ms };
	int r = 0;

	*s = (struct sample){ .spec = spec, .asked = asked };
	s->raw = secret_new(asked);
	if (!s->raw)
		return -ENOMEM;
	s->err = tap_open(&tap, s);
	s->opened = s->err == 0;
	s->assessed_bits = tap.handle.assessed_bits;
	s->per_bytes = tap.handle.per_bytes;
	memcpy(s->remark, tap.handle.remark, sizeof(s->remark));
	if (s->opened)
		r = take_all(s, &tap, windows, show, arg);
	s->retries = tap.handle.retries;
	tap_close(&tap, s);
	secret_wipe_stack();
	return r;
}

bool sample_passed(const struct sample *s)
{
	return s->err == 0 && s->failed == HEALTH_PASS;
}

void sample_clear(struct sample *s)
{
	secret_free(s->raw);
	s->raw = NULL;
}
