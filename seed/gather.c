/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/gather.h"
#include "util/clock.h"

#include <errno.h>
#include <string.h>

#define UNASSESSED_LEN 64   /* bytes for each block from a source that is assessed at 0 */
#define MIX_LEN        1024 /* bytes of a CPU source for the block of seed_mix_key() */

uint8_t *gather_digest(const struct draw *d, size_t source, size_t block)
{
	return d->seed->secret->digest + (source * d->blocks + block) * CONDITION_SIZE;
}

/* Returns: how many bytes of a source go into one block. Each assessed source alone gives enough for the whole block, so
 * that the block does not suffer if another source fails. */
static uint64_t share_len(const struct source_handle *h, bool startup)
{
	const uint64_t bits = h->assessed_bits;
	uint64_t len = UNASSESSED_LEN;

	/* An abundant source has @bits only in a complete piece of @per_bytes, so only complete pieces are taken. */
	if (source_is_abundant(h))
		/* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): an abundant source has more than 0 bits */
		len = (CLAIM_INPUT_BITS + bits - 1) / bits * h->per_bytes;
	else if (bits > 0)
		len = (CLAIM_INPUT_BITS * (uint64_t)h->per_bytes + bits - 1) / bits;
	/* The samples of the start-up tests are not discarded: they go into the first block. */
	if (startup && len < HEALTH_STARTUP)
		len = HEALTH_STARTUP;
	return (len + 7) / 8 * 8;
}

uint64_t gather_len(const struct source_handle *h, size_t blocks, bool started)
{
	return share_len(h, !started) + (blocks - 1) * share_len(h, false);
}

/* The block for seed_mix_key() claims no bits, so it takes bytes only from sources that deliver at once. A device, a
 * computation and the broker may be slow. */
uint64_t gather_mix_len(const struct source *src)
{
	switch (src->kind) {
	case SOURCE_CPU:
		return MIX_LEN;
	case SOURCE_KERNEL:
		return UNASSESSED_LEN;
	default:
		return 0;
	}
}

/* Is this a CPU source that delivers only whole chunks, for every block of the record? Then a thread that waits can
 * read it ahead. */
static bool is_pumped(const struct draw *d, size_t source)
{
	return d->seed->sources.spec[source].src->kind == SOURCE_CPU &&
		d->share[source][0].len % PUMP_CHUNK == 0 &&
		d->share[source][d->seed->blocks - 1].len % PUMP_CHUNK == 0;
}

/* Reads the next bytes into the raw buffer: from the child of a device, from the broker's blocks, or from the source
 * itself. */
static int read_it(struct draw *d, size_t source, size_t block, struct source_handle *h, size_t len)
{
	const struct source *src = d->seed->sources.spec[source].src;
	uint8_t *raw = d->seed->secret->raw;

	switch (src->kind) {
	case SOURCE_DEVICE:
		return reader_read(d->seed->reader + source, raw, len);
	case SOURCE_BROKER:
		memcpy(raw, d->seed->secret->given[block].bytes, len);
		return 0;
	default:
		/* If the source leaves a part of the buffer unwritten, no bytes of another source must be there: both
		 * sources would fail the replay test. */
		memset(raw, 0, len);
		return src->fill(h, raw, len);
	}
}

/* Reads and tests the next bytes of a source. The report gets the figures of the health tests. */
static int take(struct draw *d, size_t source, size_t block, struct source_handle *h, size_t len,
	const uint8_t **ret)
{
	struct draw_report *rep = d->seed->report + source;
	struct health *health = &d->memory->of[source].health;
	int r;

	if (block < d->seed->blocks && is_pumped(d, source))
		return pump_take(&d->seed->pump, ret, &rep->health);
	r = read_it(d, source, block, h, len);
	if (r < 0)
		return r;
	*ret = d->seed->secret->raw;
	(void)health_update(health, *ret, len);
	rep->health = health->found;
	return 0;
}

/* Called when a source has repeated bytes: this source fails. If another source had delivered the bytes before, that
 * one is only noted here; gather_fail_copied() fails it later, once it is known whether it passed otherwise. */
static void note_replay(struct draw *d, size_t source, unsigned before)
{
	struct draw_report *rep = d->seed->report + source;

	rep->health.failed = HEALTH_REPLAY;
	rep->health.sure = true;
	rep->health.cutoff.replay = d->memory->windows.len;
	if (before != source)
		d->copied[before] = rep;
}

static bool is_count(enum health_test test)
{
	return test >= HEALTH_APT && test <= HEALTH_FRAME;
}

/* Returns: 0 if the bytes passed their health tests and were not delivered before; -EBADMSG if not; or -ENOMEM. */
static int judge_chunk(struct draw *d, size_t source, const uint8_t *raw, size_t len)
{
	struct draw_report *rep = d->seed->report + source;
	struct source_memory *m = d->memory->of + source;
	const struct replay_mode mode = { (unsigned)source, m->health.mode.sampled };
	const enum health_test failed = rep->health.failed;
	unsigned before;
	int r = 0;

	/* If the health tests failed a count of a window, a replay explains the failure better, and replaces it in the
	 * report. It does not replace other failures, such as equal samples in a row. */
	if (m->health.mode.mbit > 0 && (failed == HEALTH_PASS || is_count(failed)))
		r = replay_update(&m->replay, &d->memory->windows, &mode, raw, len, &before);
	if (r > 0)
		note_replay(d, source, before);
	return rep->health.failed != HEALTH_PASS ? -EBADMSG : r;
}

static int gather_block(struct draw *d, size_t source, size_t block, struct source_handle *h)
{
	struct draw_report *rep = d->seed->report + source;
	struct seed_secret *secret = d->seed->secret;
	const uint64_t len = d->share[source][block].len;
	const uint8_t *raw;
	uint64_t left;
	size_t n;
	int r = 0;

	condition_begin(&secret->condition, rep->spec->src->name, (uint32_t)block, len);
	for (left = len; left > 0 && r == 0; left -= n) {
		n = left < GATHER_CHUNK ? (size_t)left : GATHER_CHUNK;
		r = take(d, source, block, h, n, &raw);
		if (r < 0)
			break;
		rep->bytes += n;
		r = judge_chunk(d, source, raw, n);
		if (r == 0)
			condition_add(&secret->condition, raw, n);
	}
	condition_end(&secret->condition, gather_digest(d, source, block));
	return r;
}

/* A device that is given under two names counts once, under the first name. Under the second name it is still read and
 * mixed: the child for that name has already decided how much to read, and does not know of the first. */
static bool counted(const struct draw_report *rep)
{
	return !rep->same_as;
}

static void plan(struct draw *d, size_t source, const struct source_handle *h)
{
	const struct draw_report *rep = d->seed->report + source;
	const struct source *src = d->seed->sources.spec[source].src;
	const bool started = d->memory->of[source].started;
	size_t block;

	for (block = 0; block < d->blocks; block++) {
		struct share *share = &d->share[source][block];

		if (block == d->seed->blocks)
			share->len = gather_mix_len(src);
		else if (src->kind ==
			SOURCE_BROKER) /* the daemon has tested and conditioned its blocks */
			share->len = CONDITION_SIZE;
		else
			share->len = share_len(h, block == 0 && !started);
		share->assessed = counted(rep) ? share->len * h->assessed_bits / h->per_bytes : 0;
	}
}

/* The blocks of the record come first, so that their bytes are the same whether or not seed_mix_key() is wanted. */
static int gather_blocks(struct draw *d, size_t source, struct source_handle *h)
{
	size_t block;
	int r = 0;

	plan(d, source, h);
	if (is_pumped(d, source))
		pump_begin(&d->seed->pump, d->seed->sources.spec[source].src, h,
			&d->memory->of[source].health,
			gather_len(h, d->seed->blocks, d->memory->of[source].started));
	for (block = 0; block < d->seed->blocks && r == 0; block++)
		r = gather_block(d, source, block, h);
	if (is_pumped(d, source))
		pump_end(&d->seed->pump);
	for (; block < d->blocks && r == 0; block++)
		r = gather_block(d, source, block, h);
	return r;
}

static int open_it(struct draw *d, size_t source, struct source_handle *h)
{
	const struct source_spec *spec = d->seed->sources.spec + source;

	switch (spec->src->kind) {
	case SOURCE_DEVICE:
		return reader_open(d->seed->reader + source, h);
	case SOURCE_BROKER: /* schedule_ask_broker() has fetched its blocks already */
		*h = (struct source_handle){
			.fd = -1, .per_bytes = 1, .test_mbit = source_test_mbit(spec)
		};
		return d->seed->report[source].err;
	default:
		return source_open(
			spec, h, clock_ms() + source_timeout_ms(&d->seed->sources, spec));
	}
}

static const struct draw_report *find_twin(const struct draw *d, const struct draw_report *rep)
{
	const struct draw_report *other;

	for (other = d->seed->report; other < rep && rep->device[0]; other++)
		if (strcmp(other->device, rep->device) == 0)
			return other;
	return NULL;
}

static void close_it(struct draw *d, size_t source, struct source_handle *h)
{
	const struct source *src = d->seed->sources.spec[source].src;

	if (src->kind == SOURCE_DEVICE)
		reader_end(d->seed->reader + source);
	else if (src->kind != SOURCE_BROKER)
		src->close(h);
}

/* Continues the tests of a source that passed in the last draw. Starts the tests if the source is new, or if it failed
 * in the last draw. */
static int begin_tests(struct draw *d, size_t source, const struct source_handle *h)
{
	struct source_memory *m = d->memory->of + source;
	const struct health_mode mode = { .mbit = h->test_mbit,
		.words = d->seed->sources.spec[source].src->kind == SOURCE_CPU,
		.sampled = source_is_abundant(h) };

	/* The source names another device than in the last draw, or it has another min-entropy, so it now reads another
	 * device. It fails in this draw; the next draw starts its tests again, with start-up samples. */
	if (m->started && (m->health.mode.mbit != mode.mbit || strcmp(m->device, h->device) != 0))
		return -ESTALE;
	if (!m->started) {
		health_init(&m->health, &mode);
		m->replay = (struct replay){ 0 };
		memcpy(m->device, h->device, sizeof(m->device));
	}
	d->seed->report[source].health = m->health.found;
	(void)windows_lengthen(&d->memory->windows, m->health.found.cutoff.replay);
	return 0;
}

static bool is_slow(const struct source *src)
{
	return src->kind == SOURCE_DEVICE || src->kind == SOURCE_CODE;
}

/* Draws from a source that is open. Its assessment is final only once it is open. */
static void gather_open(struct draw *d, size_t source, struct source_handle *h)
{
	struct draw_report *rep = d->seed->report + source;

	memcpy(rep->device, h->device, sizeof(rep->device));
	rep->same_as = find_twin(d, rep);
	rep->assessed_per = counted(rep) ? h->assessed_bits : 0;
	rep->per_bytes = h->per_bytes;
	if (d->seed->sources.by_default && h->assessed_bits == 0 && is_slow(rep->spec->src))
		rep->skipped = "it is assessed at 0 bits on this host";
	else
		rep->err = begin_tests(d, source, h);
	if (rep->err == 0 && !rep->skipped)
		rep->err = gather_blocks(d, source, h);
	rep->retries = h->retries;
	close_it(d, source, h);
}

static void settle(struct draw *d, size_t source)
{
	struct draw_report *rep = d->seed->report + source;
	size_t block;

	d->memory->of[source].started = draw_passed(rep);
	if (!draw_passed(rep))
		return;
	if (rep->spec->src->kind == SOURCE_BROKER)
		rep->given = d->seed->secret->given;
	for (block = 0; block < d->seed->blocks; block++) {
		rep->block_bytes[block] = (uint32_t)d->share[source][block].len;
		rep->assessed[block] = (uint32_t)d->share[source][block].assessed;
	}
}

void gather_source(struct draw *d, size_t source)
{
	struct draw_report *rep = d->seed->report + source;
	struct source_handle h = { .fd = -1 };

	if (rep->skipped)
		return;
	if (rep->err == 0)
		rep->err = open_it(d, source, &h);
	if (rep->err == 0)
		gather_open(d, source, &h);
	else if (rep->spec->src->kind == SOURCE_DEVICE)
		reader_end(d->seed->reader + source);
	settle(d, source);
}

void gather_fail_copied(struct draw *d)
{
	size_t i;

	for (i = 0; i < d->seed->reports; i++) {
		struct draw_report *rep = d->seed->report + i;

		if (!d->copied[i] || !draw_passed(rep))
			continue;
		rep->health.failed = HEALTH_REPLAY;
		rep->health.sure = true;
		rep->health.cutoff.replay = d->memory->windows.len;
		rep->copy = d->copied[i];
		rep->given = NULL;
		d->memory->of[i].started = false;
	}
}
