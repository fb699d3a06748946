/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/draw.h"
#include "seed/condition.h"
#include "util/clock.h"
#include "util/secret.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define CHUNK          16384 /* of samples in memory at a time */
#define UNASSESSED_LEN 64    /* bytes a block from a source that is only mixed */

static const char seed_purpose[] = "seedrive 1 seed";
static const char id_purpose[] = "seedrive 1 seed id";
static const char mix_purpose[] = "seedrive 1 mix";

/* All that is secret in a draw, in one locked piece. */
struct seed_secret {
	uint8_t raw[CHUNK];
	struct condition condition;
	uint8_t prk[CONDITION_SIZE];
	uint8_t mix[CONDITION_SIZE];
	uint8_t *out;    /* CONDITION_SIZE a block of the record */
	uint8_t *digest; /* [source][block][CONDITION_SIZE] */
	uint8_t space[];
};

/* What one source put into one block. */
struct share {
	uint64_t len, assessed;
};

struct draw {
	struct seed *seed;
	size_t blocks; /* of the record, and one to mix from */
	struct windows windows;
	struct share share[SOURCES_MAX][RECORD_BLOCKS_MAX + DRAW_MIX_BLOCK];
};

static uint8_t *digest_of(const struct draw *d, size_t source, size_t block)
{
	return d->seed->secret->digest + (source * d->blocks + block) * CONDITION_SIZE;
}

/* Each source brings enough for a whole block by itself, so that none has to be replaced. */
static uint64_t share_len(const struct source_handle *h, size_t block)
{
	uint64_t len = UNASSESSED_LEN;

	if (h->assessed_bits > 0)
		len = (CLAIM_INPUT_BITS + h->assessed_bits - 1) / h->assessed_bits * h->per_bytes;
	/* The start-up samples are not thrown away: they are the first block's. */
	if (block == 0 && len < HEALTH_STARTUP)
		len = HEALTH_STARTUP;
	return (len + 7) / 8 * 8;
}

static void note_failure(struct draw_report *rep, enum health_test test)
{
	rep->health.failed = test;
	if (test == HEALTH_RCT) {
		rep->figure = rep->health.run_max;
		rep->cutoff = HEALTH_RCT_CUTOFF;
	} else if (test == HEALTH_APT) {
		rep->figure = rep->health.count_max;
		rep->cutoff = HEALTH_APT_CUTOFF;
	}
}

static int draw_chunk(struct draw *d, struct draw_report *rep, struct source_handle *h, size_t len)
{
	struct seed_secret *secret = d->seed->secret;
	enum health_test test;
	int r = rep->spec->src->fill(h, secret->raw, len);

	if (r < 0)
		return r;
	rep->bytes += len;
	test = health_update(&rep->health, secret->raw, len);
	if (test == HEALTH_PASS) {
		r = windows_add(&d->windows, secret->raw, len);
		if (r < 0)
			return r;
		if (r > 0)
			test = HEALTH_WINDOW;
	}
	if (test != HEALTH_PASS) {
		note_failure(rep, test);
		return -EBADMSG;
	}
	condition_add(&secret->condition, secret->raw, len);
	return 0;
}

static int draw_block(struct draw *d, size_t source, size_t block, struct source_handle *h)
{
	struct draw_report *rep = d->seed->report + source;
	struct share *share = &d->share[source][block];
	struct seed_secret *secret = d->seed->secret;
	uint64_t left = share_len(h, block);
	int r = 0;

	share->len = left;
	share->assessed = left * h->assessed_bits / h->per_bytes;
	condition_begin(&secret->condition, rep->spec->src->name, (uint32_t)block, left);
	while (left > 0 && r == 0) {
		const size_t n = left < CHUNK ? (size_t)left : CHUNK;

		r = draw_chunk(d, rep, h, n);
		left -= n;
	}
	condition_end(&secret->condition, digest_of(d, source, block));
	return r;
}

static unsigned deadline_ms(const struct seed *s, const struct source_spec *spec)
{
	return spec->deadline_ms       ? spec->deadline_ms :
		s->sources.deadline_ms ? s->sources.deadline_ms :
					 SOURCE_DEADLINE_MS;
}

static void draw_source(struct draw *d, size_t source)
{
	struct draw_report *rep = d->seed->report + source;
	struct source_handle h;
	size_t block;

	rep->spec = d->seed->sources.spec + source;
	health_init(&rep->health, rep->spec->src->kind == SOURCE_CPU);
	rep->err = source_open(rep->spec, &h, clock_ms() + deadline_ms(d->seed, rep->spec));
	rep->assessed_per = h.assessed_bits;
	rep->per_bytes = h.per_bytes;
	if (rep->err < 0)
		return;
	rep->err = windows_reserve(&d->windows, d->blocks * share_len(&h, 0));
	for (block = 0; block < d->blocks && rep->err == 0; block++)
		rep->err = draw_block(d, source, block, &h);
	rep->retries = h.retries;
	rep->spec->src->close(&h);
	if (rep->err == 0)
		for (block = 0; block < d->seed->blocks; block++)
			rep->assessed[block] = (uint32_t)d->share[source][block].assessed;
}

bool draw_passed(const struct draw_report *r)
{
	return r->err == 0 && r->health.failed == HEALTH_PASS;
}

/* The key of one block, from what the sources that passed put into it. */
static void make_key(const struct draw *d, size_t block)
{
	struct seed_secret *secret = d->seed->secret;
	size_t i;

	condition_key_begin(&secret->condition, (uint32_t)block);
	for (i = 0; i < d->seed->reports; i++)
		if (draw_passed(d->seed->report + i))
			condition_key_add(&secret->condition, d->seed->report[i].spec->src->name,
				d->share[i][block].len, digest_of(d, i, block));
	condition_key_end(&secret->condition, secret->prk);
}

static void make_blocks(const struct draw *d)
{
	struct seed *s = d->seed;
	size_t block;

	for (block = 0; block < s->blocks; block++) {
		make_key(d, block);
		condition_expand(s->secret->out + block * CONDITION_SIZE, CONDITION_SIZE,
			s->secret->prk, seed_purpose, "");
	}
	make_key(d, s->blocks);
	condition_expand(s->secret->mix, CONDITION_SIZE, s->secret->prk, mix_purpose, "");
	condition_expand(s->id, sizeof(s->id), s->secret->prk, id_purpose, "");
}

/* Only what passed counts, and each block by itself. */
static void count(const struct draw *d, uint32_t bits)
{
	uint64_t hardware[RECORD_BLOCKS_MAX] = { 0 };
	struct seed *s = d->seed;
	bool kernel = false;
	size_t i, block;

	for (i = 0; i < s->reports; i++) {
		if (!draw_passed(s->report + i))
			continue;
		if (s->report[i].spec->src->kind == SOURCE_KERNEL)
			kernel = true;
		else
			for (block = 0; block < s->blocks; block++)
				hardware[block] += s->report[i].assessed[block];
	}
	s->claim = claim_make(hardware, s->blocks, kernel, bits);
}

static int allocate(struct seed *s)
{
	const size_t out = s->blocks * CONDITION_SIZE;

	s->secret = secret_new(sizeof(*s->secret) + out +
		s->sources.count * (s->blocks + DRAW_MIX_BLOCK) * CONDITION_SIZE);
	if (!s->secret)
		return -ENOMEM;
	s->secret->out = s->secret->space;
	s->secret->digest = s->secret->space + out;
	return 0;
}

static bool any_passed(const struct seed *s)
{
	size_t i;

	for (i = 0; i < s->reports; i++)
		if (draw_passed(s->report + i))
			return true;
	return false;
}

static void *draw_all(void *seed)
{
	static struct draw d; /* large; nothing in it is secret but the windows, which are wiped */
	struct seed *s = seed;
	uint64_t key[2] = { 0 };
	size_t i;

	d.seed = s;
	d.blocks = s->blocks + DRAW_MIX_BLOCK;
	/* Best effort: without it, somebody who feeds us could make two windows seem alike. */
	(void)!getrandom(key, sizeof(key), GRND_NONBLOCK);
	windows_init(&d.windows, key);
	for (i = 0; i < s->reports; i++)
		draw_source(&d, i);
	windows_clear(&d.windows);
	if (any_passed(s)) {
		make_blocks(&d);
		count(&d, s->bits);
	}
	explicit_bzero(s->secret->raw, sizeof(s->secret->raw));
	secret_wipe_stack();
	return NULL;
}

/* A scheduler that balances only at its ticks would leave a thread so short on the CPU that the caller
 * keeps busy, and run one after the other. Without another CPU, or word of it: wherever it may. */
static void spread(pthread_attr_t *attr)
{
	cpu_set_t others;
	const int here = sched_getcpu();

	if (here < 0 || here >= CPU_SETSIZE || sched_getaffinity(0, sizeof(others), &others) < 0)
		return;
	CPU_CLR((size_t)here, &others);
	if (CPU_COUNT(&others) > 0)
		(void)pthread_attr_setaffinity_np(attr, sizeof(others), &others);
}

static bool start_thread(struct seed *s)
{
	sigset_t all, before;
	pthread_attr_t attr;
	bool started;

	if (pthread_attr_init(&attr) != 0)
		return false;
	spread(&attr);
	/* Signals are the caller's thread's affair. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&s->thread, &attr, draw_all, s) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return started;
}

int seed_draw_begin(struct seed *s, const struct source_list *sources, uint32_t bits)
{
	int r;

	*s = (struct seed){ .sources = *sources, .bits = bits, .reports = sources->count };
	if (bits < 1 || bits > RECORD_BITS_MAX)
		return -EINVAL;
	s->blocks = (bits + RECORD_BLOCK_BITS - 1) / RECORD_BLOCK_BITS;
	r = allocate(s);
	if (r < 0)
		return r;
	s->running = start_thread(s);
	if (!s->running)
		draw_all(s); /* no thread to be had: then one thing after the other */
	return 0;
}

static void wait_for(struct seed *s)
{
	if (s->running)
		pthread_join(s->thread, NULL);
	s->running = false;
}

int seed_draw_end(struct seed *s)
{
	wait_for(s);
	return any_passed(s) ? 0 : -ENODATA;
}

int seed_draw(struct seed *s, const struct source_list *sources, uint32_t bits)
{
	int r = seed_draw_begin(s, sources, bits);

	return r < 0 ? r : seed_draw_end(s);
}

const uint8_t *seed_bytes(const struct seed *s, size_t *ret_len)
{
	*ret_len = s->blocks * CONDITION_SIZE;
	return s->secret->out;
}

const uint8_t *seed_mix_key(const struct seed *s)
{
	return s->secret->mix;
}

const char *draw_why(const struct draw_report *r, char *out, size_t size)
{
	switch (r->health.failed) {
	case HEALTH_PASS:
		snprintf(out, size, "%s", r->err == -ENODATA ? "too few bytes" : strerror(-r->err));
		break;
	case HEALTH_RCT:
		snprintf(out, size, "%u equal samples in a row, cutoff %u", r->figure, r->cutoff);
		break;
	case HEALTH_APT:
		snprintf(out, size, "one sample %u times in %d, cutoff %u", r->figure,
			HEALTH_APT_WINDOW, r->cutoff);
		break;
	case HEALTH_WORDS:
		snprintf(out, size, "the same 64-bit word twice in a row");
		break;
	case HEALTH_STUCK:
		snprintf(out, size, "a word of all zeros or all ones for the second time");
		break;
	case HEALTH_WINDOW:
		snprintf(out, size, "%d bytes that were delivered before", HEALTH_REPEAT);
		break;
	}
	return out;
}

const char *draw_label(const struct draw_report *r, char *out, size_t size)
{
	snprintf(out, size, r->spec->arg[0] ? "%s:%s" : "%s%s", r->spec->src->name, r->spec->arg);
	return out;
}

void seed_clear(struct seed *s)
{
	if (!s)
		return;
	wait_for(s);
	secret_free(s->secret);
	explicit_bzero(s, sizeof(*s));
}
