/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/reservoir.h"
#include "seed/condition.h"
#include "seed/moment.h"
#include "util/secret.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

static const char handing_out[] = "seedrive 1 hand out";

struct slot {
	uint64_t age;     /* a serial number: lower is older */
	uint32_t sources; /* a bit for each source whose bytes went into the block */
	struct broker_block block;
};

/* The values that are hashed into a block when it is handed out. */
struct fresh {
	/* From the kernel's generator. For some time after this machine was copied, its copy may get the same bytes. */
	uint8_t kernel[RECORD_BLOCK];
	struct moment moment;
};

struct reservoir {
	pthread_mutex_t lock;
	size_t target, blocks, weak;
	uint64_t next_age;
	struct fresh fresh[BROKER_BLOCKS_MAX];
	uint8_t prk[RECORD_BLOCK];
	struct slot slot[];
};

struct reservoir *reservoir_new(size_t target)
{
	const size_t size = sizeof(struct reservoir) + target * sizeof(struct slot);
	struct reservoir *r = secret_new(size);

	if (!r)
		return NULL;
	memset(r, 0, size);
	pthread_mutex_init(&r->lock, NULL);
	r->target = target;
	return r;
}

size_t reservoir_wipe(struct reservoir *r)
{
	size_t blocks;

	pthread_mutex_lock(&r->lock);
	explicit_bzero(r->slot, r->target * sizeof(*r->slot));
	blocks = r->blocks;
	r->blocks = r->weak = 0;
	pthread_mutex_unlock(&r->lock);
	return blocks;
}

void reservoir_free(struct reservoir *r)
{
	if (!r)
		return;
	pthread_mutex_destroy(&r->lock);
	secret_free(r);
}

struct reservoir_level reservoir_level(struct reservoir *r)
{
	struct reservoir_level level = { .target = r->target };

	pthread_mutex_lock(&r->lock);
	level.blocks = r->blocks;
	level.weak = r->weak;
	pthread_mutex_unlock(&r->lock);
	return level;
}

static bool is_weak(const struct broker_block *block)
{
	return block->hardware_bits < RECORD_BLOCK_BITS;
}

static bool is_better(const struct slot *a, const struct slot *b)
{
	if (a->block.hardware_bits != b->block.hardware_bits)
		return a->block.hardware_bits > b->block.hardware_bits;
	return a->age < b->age;
}

static struct slot *best(struct reservoir *r)
{
	struct slot *found = r->slot;
	size_t i;

	for (i = 1; i < r->blocks; i++)
		if (is_better(r->slot + i, found))
			found = r->slot + i;
	return found;
}

static struct slot *worst(struct reservoir *r)
{
	struct slot *found = r->slot;
	size_t i;

	for (i = 1; i < r->blocks; i++)
		if (is_better(found, r->slot + i))
			found = r->slot + i;
	return found;
}

static bool put_one(struct reservoir *r, const struct broker_block *block, uint32_t sources)
{
	const bool room = r->blocks < r->target;
	struct slot *s = room ? r->slot + r->blocks++ : worst(r);

	if (!room && block->hardware_bits <= s->block.hardware_bits)
		return false;
	if (!room)
		r->weak -= is_weak(&s->block);
	r->weak += is_weak(block);
	s->block = *block;
	s->sources = sources;
	s->age = r->next_age++;
	return true;
}

size_t reservoir_put(
	struct reservoir *r, const struct broker_block *block, size_t blocks, uint32_t sources)
{
	size_t i, kept = 0;

	pthread_mutex_lock(&r->lock);
	for (i = 0; i < blocks; i++)
		kept += put_one(r, block + i, sources);
	pthread_mutex_unlock(&r->lock);
	secret_wipe_stack();
	return kept;
}

static int draw_kernel(uint8_t *p, size_t left)
{
	while (left > 0) {
		/* The lock is held, so this must not block. The generator is ready: it was needed for the first
		 * block. */
		const ssize_t n = getrandom(p, left, GRND_NONBLOCK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EIO;
		p += n;
		left -= (size_t)n;
	}
	return 0;
}

static int draw_fresh(struct reservoir *r, size_t blocks)
{
	size_t i;
	int err = 0;

	for (i = 0; i < blocks && err == 0; i++) {
		err = draw_kernel(r->fresh[i].kernel, RECORD_BLOCK);
		moment_now(&r->fresh[i].moment);
	}
	return err;
}

/* Wipes the slot, and moves the last block into it. */
static void free_slot(struct reservoir *r, struct slot *s)
{
	struct slot *last = r->slot + --r->blocks;

	if (s != last)
		*s = *last;
	explicit_bzero(last, sizeof(*last));
}

size_t reservoir_drop(struct reservoir *r, uint32_t sources)
{
	size_t i, before;

	pthread_mutex_lock(&r->lock);
	before = r->blocks;
	for (i = before; i-- > 0;)
		if (r->slot[i].sources & sources) {
			r->weak -= is_weak(&r->slot[i].block);
			free_slot(r, r->slot + i);
		}
	before -= r->blocks;
	pthread_mutex_unlock(&r->lock);
	return before;
}

static void take_one(struct reservoir *r, struct broker_block *out, const struct fresh *fresh)
{
	struct slot *s = best(r);

	*out = s->block;
	r->weak -= is_weak(out);
	condition_extract(r->prk, handing_out, s->block.bytes, RECORD_BLOCK, (const uint8_t *)fresh,
		sizeof(*fresh));
	memcpy(out->bytes, r->prk, RECORD_BLOCK);
	free_slot(r, s);
}

int reservoir_take(struct reservoir *r, struct broker_block *out, size_t blocks)
{
	size_t i;
	int err = 0;

	assert(blocks <= BROKER_BLOCKS_MAX);
	pthread_mutex_lock(&r->lock);
	if (r->blocks < blocks)
		err = -EAGAIN;
	if (err == 0)
		err = draw_fresh(r, blocks);
	for (i = 0; i < blocks && err == 0; i++)
		take_one(r, out + i, r->fresh + i);
	explicit_bzero(r->fresh, sizeof(r->fresh));
	explicit_bzero(r->prk, sizeof(r->prk));
	pthread_mutex_unlock(&r->lock);
	secret_wipe_stack();
	return err;
}
