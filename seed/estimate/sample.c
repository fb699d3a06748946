/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/estimate/sample.h"
#include "seed/source/reader.h"
#include "util/clock.h"
#include "util/secret.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define READ_MAX 16384 /* bytes in one read */
/* Bytes in one read of a device. Its child delivers pieces of this size, and a slow chip takes seconds for one. */
#define READ_MAX_DEVICE 512

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

static void note_failure(struct sample *s, const struct health_figures *f, size_t at)
{
	s->failures[f->failed]++;
	s->startup_failures += at < HEALTH_STARTUP;
	if (s->first.failed == HEALTH_PASS)
		s->first = *f;
}

static void keep_higher(unsigned *kept, unsigned *kept_at, unsigned figure, unsigned at)
{
	if (figure <= *kept)
		return;
	*kept = figure;
	*kept_at = at;
}

static void keep_figures(struct health_figures *kept, const struct health_figures *f)
{
	unsigned none;

	kept->cutoff = f->cutoff;
	keep_higher(&kept->run_max, &none, f->run_max, 0);
	keep_higher(&kept->count_max, &none, f->count_max, 0);
	keep_higher(&kept->lag_max, &kept->lag_at, f->lag_max, f->lag_at);
	keep_higher(&kept->step_max, &kept->step_at, f->step_max, f->step_at);
	keep_higher(&kept->frame_max, &kept->frame_at, f->frame_max, f->frame_at);
}

/* The tests stop at a window that fails one of them. They are started again after it, so that the whole sample is
 * tested. */
static void test_samples(struct sample *s, struct health *h, size_t len)
{
	const uint8_t *raw = s->raw + s->len;
	size_t at = 0;

	while (at < len) {
		const size_t before = h->found.samples;
		const enum health_test failed = health_update(h, raw + at, len - at);

		at += h->found.samples - before;
		keep_figures(&s->highest, &h->found);
		if (failed != HEALTH_PASS) {
			note_failure(s, &h->found, s->len + at - 1);
			health_resume(h);
		}
	}
}

static int test_replays(
	struct sample *s, struct replay *replay, const struct sample_windows *windows, size_t len)
{
	const struct health_figures repeated = {
		.failed = HEALTH_REPLAY, .sure = true, .cutoff.replay = windows->all->len
	};
	const struct replay_mode mode = { windows->source, false };
	const size_t end = s->len + len;
	unsigned before;
	size_t at, n;
	int r = 0;

	for (at = s->len; at < end && r >= 0 && s->test_mbit > 0; at += n) {
		n = end - at < SAMPLE_PIECE ? end - at : SAMPLE_PIECE;
		r = replay_update(replay, windows->all, &mode, s->raw + at, n, &before);
		if (r <= 0)
			continue;
		if (before != windows->source)
			*windows->ret_copied = before;
		note_failure(s, &repeated, at);
	}
	return r < 0 ? r : 0;
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
	/* The points are spread evenly over the sample, whatever the number of reads is. */
	if (s->points > 0 && s->len < s->asked && s->len * SAMPLE_POINTS < s->points * s->asked)
		return;
	if (s->points <= SAMPLE_POINTS)
		s->point[s->points++] = (struct sample_point){ .ns = spent_ns, .bytes = s->len };
}

/* --- the only functions here that open and read a source --- */

struct tap {
	struct reader reader; /* only for a device */
	struct source_handle handle;
	unsigned timeout_ms;
};

static uint64_t want_all(const struct source_handle *h, const void *sample)
{
	(void)h;
	return ((const struct sample *)sample)->asked;
}

/* The deadline of the child covers all reads together. The parent enforces the limit for a single read. */
static unsigned whole_ms(const struct sample *s, unsigned timeout_ms)
{
	const uint64_t ms = (s->asked / READ_MAX_DEVICE + 2) * (uint64_t)timeout_ms;

	return ms < INT_MAX ? (unsigned)ms : INT_MAX;
}

static int tap_open(struct tap *t, const struct sample *s)
{
	int r;

	if (!s->spec->src->open)
		return -ENOSYS;
	if (!is_device(s))
		return source_open(s->spec, &t->handle, clock_ms() + t->timeout_ms);
	r = reader_start(&t->reader, s->spec, whole_ms(s, t->timeout_ms), want_all, s);
	if (r < 0)
		return r;
	reader_go(&t->reader);
	t->reader.deadline_ms = clock_ms() + t->timeout_ms;
	return reader_open(&t->reader, &t->handle);
}

static int tap_read(struct tap *t, const struct sample *s, uint8_t *raw, size_t len)
{
	if (!is_device(s))
		return s->spec->src->fill(&t->handle, raw, len);
	t->reader.deadline_ms = clock_ms() + t->timeout_ms;
	return reader_read(&t->reader, raw, len);
}

static void tap_close(struct tap *t, const struct sample *s)
{
	if (is_device(s))
		reader_end(&t->reader);
	else if (s->opened)
		s->spec->src->close(&t->handle);
}

/* The state of the health tests and of the replay test. Secret. */
struct tests {
	struct health health;
	struct replay replay;
};

/* Reads and tests the whole sample; a read that fails sets @s->err. @s->len is the number of bytes delivered. */
static int take_all(struct sample *s, struct tap *t, struct tests *tests,
	const struct sample_windows *windows, sample_progress show, void *arg)
{
	const size_t step = read_len(s);
	int64_t spent_ns = 0;
	int r = 0;

	add_point(s, spent_ns);
	while (s->len < s->asked && r == 0) {
		const size_t left = s->asked - s->len, len = left < step ? left : step;

		spent_ns -= now_ns();
		s->err = tap_read(t, s, s->raw + s->len, len);
		spent_ns += now_ns();
		if (s->err < 0)
			break;
		test_samples(s, &tests->health, len);
		r = test_replays(s, &tests->replay, windows, len);
		s->len += len;
		add_point(s, spent_ns);
		if (show)
			show(arg, s->len, s->asked);
	}
	return r;
}

/* Runs every test on every byte, even if the source is abundant: a draw tests only parts of the bytes of such a
 * source. */
static int test_all(struct sample *s, struct tap *t, const struct sample_windows *windows,
	sample_progress show, void *arg)
{
	const struct health_mode mode = { .mbit = s->test_mbit,
		.words = s->spec->src->kind == SOURCE_CPU };
	struct tests *tests = secret_new(sizeof(*tests));
	int r;

	if (!tests)
		return -ENOMEM;
	health_init(&tests->health, &mode);
	tests->replay = (struct replay){ 0 };
	(void)windows_lengthen(windows->all, tests->health.found.cutoff.replay);
	r = take_all(s, t, tests, windows, show, arg);
	secret_free(tests);
	return r;
}

int sample_take(struct sample *s, const struct source_spec *spec, size_t asked, unsigned timeout_ms,
	const struct sample_windows *windows, sample_progress show, void *arg)
{
	struct tap tap = { .timeout_ms = timeout_ms };
	int r = 0;

	*s = (struct sample){ .spec = spec, .asked = asked };
	s->raw = secret_new(asked);
	if (!s->raw)
		return -ENOMEM;
	s->err = tap_open(&tap, s);
	s->opened = s->err == 0;
	s->assessed_bits = tap.handle.assessed_bits;
	s->per_bytes = tap.handle.per_bytes;
	s->test_mbit = tap.handle.test_mbit;
	memcpy(s->remark, tap.handle.remark, sizeof(s->remark));
	if (s->opened)
		r = test_all(s, &tap, windows, show, arg);
	s->retries = tap.handle.retries;
	tap_close(&tap, s);
	secret_wipe_stack();
	return r;
}

int sample_once(const struct source_spec *spec, uint8_t *raw, size_t len, unsigned timeout_ms)
{
	struct tap tap = { .timeout_ms = timeout_ms };
	struct sample s = { .spec = spec, .asked = len };
	size_t at, n;
	int r = tap_open(&tap, &s);

	s.opened = r == 0;
	for (at = 0; at < len && r == 0; at += n) {
		n = len - at < READ_MAX_DEVICE ? len - at : READ_MAX_DEVICE;
		r = tap_read(&tap, &s, raw + at, n);
	}
	tap_close(&tap, &s);
	return r;
}

bool sample_passed(const struct sample *s)
{
	return s->err == 0 && s->first.failed == HEALTH_PASS;
}

void sample_clear(struct sample *s)
{
	secret_free(s->raw);
	s->raw = NULL;
}
