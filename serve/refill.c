/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/refill.h"
#include "seed/draw.h"
#include "seed/source/reader.h"
#include "serve/log.h"
#include "util/clock.h"
#include "util/secret.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Blocks in the first batch. The first batch also needs the samples of the start-up tests, for which a slow chip takes
 * long. */
#define BATCH_FIRST 1
#define BATCH_MAX   32
#define QUICK_MS    100 /* after a batch that took less, the next one is larger */
#define SLOW_MS     400 /* after a batch that took more, the next one is smaller: clients wait for it */
#define IDLE_MS     60000

struct refill {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Protected by @lock: */
	bool stop, forgive;
	bool stale; /* the batch that is being drawn must be thrown away */
	struct refill_source seen[SOURCES_MAX];
	/* The time by which the thread must take the lock again; if it does not, it hangs. */
	int64_t by_ms;
	/* Used by the thread alone: */
	struct reservoir *reservoir;
	int wake;
	struct source_list sources;
	/* @backoff: for each source; @all: for all sources together. */
	struct backoff backoff[SOURCES_MAX], all;
	struct draw_memory *memory;
	struct broker_block *block; /* secret; BATCH_MAX of them */
	size_t batch;               /* how many blocks to draw next */
	bool kept;                  /* the reservoir kept some of the last batch */
};

/* Called when the source failed a health test: drops the blocks in stock that used it. Also keeps the source out if the
 * failure was sure, or was one of too many. */
static void drop(struct refill *r, size_t i, const struct draw_report *rep)
{
	const size_t blocks = reservoir_drop(r->reservoir, 1u << i);

	if (blocks > 0)
		log_stock_dropped(rep, blocks);
	if (backoff_alarm(r->backoff + i, rep->health.sure))
		log_source_kept_out(rep);
}

static void note_seen(struct refill *r, size_t i, const struct draw_report *rep, int64_t now_ms)
{
	pthread_mutex_lock(&r->lock);
	verdict_note(r->seen + i, rep, r->backoff + i, now_ms);
	pthread_mutex_unlock(&r->lock);
}

static void examine(struct refill *r, const struct seed *s, size_t i, int64_t now_ms)
{
	const struct draw_report *rep = s->report + i;
	struct backoff *b = r->backoff + i;

	if (rep->skipped)
		return;
	if (!draw_passed(rep)) {
		if (backoff_fail(b, verdict_matters(s, rep), now_ms))
			log_source_failed(rep);
	} else if (backoff_recover(b)) {
		log_source_back(rep);
	}
	if (rep->health.failed != HEALTH_PASS)
		drop(r, i, rep);
	note_seen(r, i, rep, now_ms);
}

static void store(struct refill *r, const struct seed *s)
{
	size_t len, i;
	const uint8_t *bytes = seed_bytes(s, &len);

	for (i = 0; i < s->blocks; i++) {
		struct broker_block *b = r->block + i;

		memcpy(b->bytes, bytes + i * RECORD_BLOCK, RECORD_BLOCK);
		seed_describe(s, i, b);
	}
	/* The lock is held, so that refill_restart() cannot come between the check and reservoir_put(). */
	pthread_mutex_lock(&r->lock);
	r->kept = !r->stale &&
		reservoir_put(r->reservoir, r->block, s->blocks, verdict_sources(s)) > 0;
	pthread_mutex_unlock(&r->lock);
	explicit_bzero(r->block, s->blocks * sizeof(*r->block));
}

static void pause_failed(struct refill *r, int64_t now_ms)
{
	size_t i;

	for (i = 0; i < r->sources.count; i++)
		r->sources.spec[i].paused = backoff_is_paused(r->backoff + i, now_ms);
}

static void adapt(struct refill *r, int64_t took_ms)
{
	if (took_ms < QUICK_MS && r->batch < BATCH_MAX)
		r->batch *= 2;
	else if (took_ms > SLOW_MS && r->batch > 1)
		r->batch /= 2;
}

static void draw_batch(struct refill *r)
{
	const int64_t begin_ms = clock_ms();
	struct seed s;
	int64_t end_ms;
	size_t i;
	int err;

	pause_failed(r, begin_ms);
	err = seed_draw_with(
		&s, &r->sources, (uint32_t)r->batch * RECORD_BLOCK_BITS, r->batch, r->memory);
	end_ms = clock_ms();
	r->kept = false;
	for (i = 0; i < s.reports && err != -ENOMEM; i++)
		examine(r, &s, i, end_ms);
	if (err == 0)
		store(r, &s);
	/* An error means that not even the kernel's generator has delivered. */
	if (err == 0)
		(void)backoff_recover(&r->all);
	else if (backoff_fail(&r->all, true, end_ms))
		log_no_source(err);
	seed_clear(&s);
	adapt(r, end_ms - begin_ms);
}

/* Returns: when to draw the next batch. If there are weak blocks, a batch is also drawn once a failed source is due to
 * be tried again, because blocks with this source may replace them. */
static int64_t due_ms(struct refill *r, int64_t now_ms)
{
	const struct reservoir_level level = reservoir_level(r->reservoir);
	int64_t due = now_ms + IDLE_MS;
	size_t i;

	if (level.blocks < level.target || (level.weak > 0 && r->kept))
		due = now_ms;
	for (i = 0; i < r->sources.count && level.weak > 0; i++)
		due = backoff_due_ms(r->backoff + i, due);
	return backoff_is_paused(&r->all, due) ? r->all.retry_ms : due;
}

static void wait_until(struct refill *r, int64_t ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)pthread_cond_timedwait(&r->changed, &r->lock, &t);
}

static void report_batch(struct refill *r)
{
	const uint64_t one = 1;

	/* This fails only if the eventfd's counter is full. Then the loop has not handled an earlier wake-up yet, and
	 * will. */
	(void)!write(r->wake, &one, sizeof(one));
}

static void forgive_all(struct refill *r)
{
	size_t i;

	if (!r->forgive)
		return;
	for (i = 0; i < r->sources.count; i++)
		backoff_forgive(r->backoff + i);
	r->forgive = false;
	r->kept = true; /* so that due_ms() tries to replace weak blocks at once */
}

/* Returns: the longest time that a batch may take: the longest deadline of a source, plus REFILL_LATE_MS. */
static int64_t longest_ms(const struct refill *r)
{
	unsigned longest = 0;
	size_t i;

	for (i = 0; i < r->sources.count; i++) {
		const unsigned ms = source_timeout_ms(&r->sources, r->sources.spec + i);

		longest = ms > longest ? ms : longest;
	}
	return (int64_t)longest + REFILL_LATE_MS;
}

static void *run(void *refill)
{
	struct refill *r = refill;
	int64_t now, due;

	pthread_mutex_lock(&r->lock);
	while (!r->stop) {
		forgive_all(r);
		now = clock_ms();
		due = due_ms(r, now);
		if (due > now) {
			r->by_ms = due + REFILL_LATE_MS;
			reader_reap();
			wait_until(r, due);
			continue;
		}
		r->stale = false;
		r->by_ms = now + longest_ms(r);
		pthread_mutex_unlock(&r->lock);
		draw_batch(r);
		report_batch(r);
		pthread_mutex_lock(&r->lock);
	}
	pthread_mutex_unlock(&r->lock);
	secret_wipe_stack();
	return NULL;
}

static void release(struct refill *r)
{
	draw_memory_free(r->memory);
	secret_free(r->block);
	pthread_cond_destroy(&r->changed);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static void init_locks(struct refill *r)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&r->changed, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&r->lock, NULL);
}

int refill_start(struct refill **ret, const struct source_list *sources,
	struct reservoir *reservoir, int wake)
{
	struct refill *r = calloc(1, sizeof(*r));
	sigset_t all, before;
	int err;

	if (!r)
		return -ENOMEM;
	init_locks(r);
	r->reservoir = reservoir;
	r->wake = wake;
	r->sources = *sources;
	r->sources.unmixed = true;
	r->batch = BATCH_FIRST;
	r->by_ms = clock_ms() + REFILL_LATE_MS;
	r->memory = draw_memory_new();
	r->block = secret_new(BATCH_MAX * sizeof(*r->block));
	if (!r->memory || !r->block) {
		release(r);
		return -ENOMEM;
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&r->thread, NULL, run, r);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err == 0)
		*ret = r;
	else
		release(r);
	return -err;
}

void refill_forgive(struct refill *r)
{
	pthread_mutex_lock(&r->lock);
	r->forgive = true;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

size_t refill_restart(struct refill *r)
{
	size_t blocks;

	pthread_mutex_lock(&r->lock);
	r->stale = true;
	blocks = reservoir_wipe(r->reservoir);
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
	return blocks;
}

bool refill_source(struct refill *r, size_t i, struct refill_source *ret)
{
	if (i >= r->sources.count)
		return false;
	pthread_mutex_lock(&r->lock);
	*ret = r->seen[i];
	pthread_mutex_unlock(&r->lock);
	if (!ret->label[0])
		source_label(r->sources.spec + i, ret->label, sizeof(ret->label));
	return true;
}

bool refill_is_late(struct refill *r, int64_t now_ms)
{
	bool late;

	pthread_mutex_lock(&r->lock);
	late = now_ms > r->by_ms;
	pthread_mutex_unlock(&r->lock);
	return late;
}

void refill_kick(struct refill *r)
{
	pthread_mutex_lock(&r->lock);
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

bool refill_end(struct refill *r, unsigned ms)
{
	struct timespec until;

	if (!r)
		return true;
	pthread_mutex_lock(&r->lock);
	r->stop = true;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->lock);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	if (pthread_clockjoin_np(r->thread, NULL, CLOCK_MONOTONIC, &until) != 0)
		return false;
	release(r);
	return true;
}
