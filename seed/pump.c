/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/pump.h"

#include <errno.h>
#include <string.h>

void pump_init(struct pump *p, uint8_t *ring)
{
	*p = (struct pump){ .ring = ring };
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->turn, NULL);
}

/* To read and test a chunk takes about 25 microseconds; to put a thread to sleep and wake it takes longer. So a thread
 * that waits spins first, for up to 100 microseconds, and then sleeps. */
#define LOOKS 2000

static void relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#endif
}

static void changed(struct pump *p)
{
	p->turns++;
	pthread_cond_broadcast(&p->turn);
}

/* Called with the lock held; the lock is released during the wait. */
static void wait_for_change(struct pump *p)
{
	const unsigned seen = p->turns;
	int i;

	pthread_mutex_unlock(&p->lock);
	for (i = 0; i < LOOKS && p->turns == seen; i++)
		relax();
	pthread_mutex_lock(&p->lock);
	if (p->turns == seen)
		pthread_cond_wait(&p->turn, &p->lock);
}

void pump_begin(struct pump *p, const struct source *src, struct source_handle *h,
	struct health *health, uint64_t len)
{
	pthread_mutex_lock(&p->lock);
	p->src = src;
	p->handle = h;
	p->health = health;
	p->left = len;
	p->next = p->ready = 0;
	p->taken = false;
	p->err = 0;
	/* If this source leaves a part of the ring unwritten, no bytes of another source must be there: both sources
	 * would fail the replay test. */
	memset(p->ring, 0, PUMP_CHUNKS * PUMP_CHUNK);
	changed(p);
	pthread_mutex_unlock(&p->lock);
}

static size_t in_use(const struct pump *p)
{
	return p->ready + p->taken;
}

static bool can_read(const struct pump *p)
{
	return p->src && p->err == 0 && !p->reading && p->left > 0 && in_use(p) < PUMP_CHUNKS;
}

/* Called with the lock held; the lock is released while the source is read. */
static void read_chunk(struct pump *p)
{
	const size_t slot = (p->next + in_use(p)) % PUMP_CHUNKS;
	uint8_t *chunk = p->ring + slot * PUMP_CHUNK;
	const struct source *src = p->src;
	enum health_test failed = HEALTH_PASS;
	int r;

	p->reading = true;
	p->left -= PUMP_CHUNK;
	pthread_mutex_unlock(&p->lock);
	r = src->fill(p->handle, chunk, PUMP_CHUNK);
	if (r == 0)
		failed = health_update(p->health, chunk, PUMP_CHUNK);
	pthread_mutex_lock(&p->lock);
	p->reading = false;
	p->found[slot] = p->health->found;
	if (r < 0)
		p->err = r;
	else
		p->ready++;
	if (failed != HEALTH_PASS)
		p->left = 0;
	changed(p);
}

/* Frees the last chunk that the taker took. */
static void give_back(struct pump *p)
{
	if (!p->taken)
		return;
	p->taken = false;
	p->next = (p->next + 1) % PUMP_CHUNKS;
	changed(p);
}

/* Is a chunk being read now, or are there chunks that nobody has begun to read? */
static bool is_coming(const struct pump *p)
{
	return p->err == 0 && (p->reading || p->left > 0);
}

int pump_take(struct pump *p, const uint8_t **ret, struct health_figures *found)
{
	int r;

	pthread_mutex_lock(&p->lock);
	give_back(p);
	while (p->ready == 0 && is_coming(p)) {
		if (can_read(p))
			read_chunk(p);
		else
			wait_for_change(p);
	}
	r = p->ready > 0 ? 0 : p->err < 0 ? p->err : -ENODATA;
	if (r == 0) {
		p->taken = true;
		p->ready--;
		*ret = p->ring + p->next * PUMP_CHUNK;
		*found = p->found[p->next];
	}
	pthread_mutex_unlock(&p->lock);
	return r;
}

void pump_end(struct pump *p)
{
	pthread_mutex_lock(&p->lock);
	p->src = NULL;
	while (p->reading)
		wait_for_change(p);
	explicit_bzero(p->ring, PUMP_CHUNKS * PUMP_CHUNK);
	pthread_mutex_unlock(&p->lock);
}

void pump_help(struct pump *p)
{
	pthread_mutex_lock(&p->lock);
	while (!p->closed) {
		if (can_read(p))
			read_chunk(p);
		else
			wait_for_change(p);
	}
	pthread_mutex_unlock(&p->lock);
}

void pump_close(struct pump *p)
{
	pthread_mutex_lock(&p->lock);
	p->closed = true;
	changed(p);
	pthread_mutex_unlock(&p->lock);
}

void pump_clear(struct pump *p)
{
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->turn);
}
