/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/secret.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Deeper than any call of ours or the library's that a secret passes through. */
#define STACK_DEPTH (16 * 1024)

static _Atomic bool unlocked;

int secret_setup(void)
{
	const struct rlimit none = { 0, 0 };

	/* A core dump that is piped to a program knows no limit; only this flag stops it. */
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || setrlimit(RLIMIT_CORE, &none) < 0)
		return -errno;
	return sodium_init() < 0 ? -ENOSYS : 0;
}

/* A child that we fork gets zeros in its place. The library puts what it hands out at the end of whole
 * pages of its own, so these hold nothing else. */
static void keep_from_children(void *p, size_t len)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const uintptr_t first = (uintptr_t)p & ~(page - 1);

	(void)madvise((void *)first, (uintptr_t)p + len - first, MADV_WIPEONFORK);
}

static void *new_area(size_t len, bool *ret_locked)
{
	void *p = sodium_malloc(len);

	if (!p)
		return NULL;
	keep_from_children(p, len);
	/* The library locks in silence; ask once more, so that a refusal can be told. */
	*ret_locked = mlock(p, len) == 0;
	return p;
}

/* --- the area that a short run has --- */

#define PIECES 16
#define GUARD  16 /* random bytes behind each piece, which are compared as it is given back */

/* Its pieces lie one after the other. Once all of them are given back it is used from its beginning again. */
static struct {
	pthread_mutex_t lock;
	uint8_t *area;
	size_t room, used; /* bytes; @room is 0 where there is to be no area */
	pid_t owner;       /* a child's would not be locked */
	uint8_t guard[GUARD];
	struct piece {
		uint8_t *at; /* NULL: this place is free */
		size_t len;
	} piece[PIECES];
	unsigned live; /* so many pieces */
} pool = { .lock = PTHREAD_MUTEX_INITIALIZER };

void secret_pool(size_t len)
{
	if (!pool.area)
		pool.room = len;
}

static struct piece *find_piece(const uint8_t *at)
{
	struct piece *i;

	for (i = pool.piece; i < pool.piece + PIECES; i++)
		if (i->at == at)
			return i;
	return NULL;
}

/* An area that cannot be locked whole is given up: smaller secrets may still be locked one by one. */
static uint8_t *new_pool(size_t room)
{
	bool locked = false;
	void *area = new_area(room, &locked);

	if (area && !locked) {
		sodium_free(area);
		area = NULL;
	}
	return area;
}

/* With the lock held. A child leaves its parent's area alone. */
static bool have_area(void)
{
	const pid_t self = getpid();

	if (pool.room == 0)
		return false;
	if (pool.area && pool.owner == self)
		return true;
	pool.area = new_pool(pool.room);
	if (!pool.area)
		pool.room = 0;
	pool.owner = self;
	pool.used = pool.live = 0;
	memset(pool.piece, 0, sizeof(pool.piece));
	randombytes_buf(pool.guard, GUARD);
	return pool.area != NULL;
}

static void *take_piece(size_t len)
{
	struct piece *piece = NULL;

	pthread_mutex_lock(&pool.lock);
	if (have_area() && len + GUARD <= pool.room - pool.used)
		piece = find_piece(NULL);
	if (piece) {
		*piece = (struct piece){ pool.area + pool.used, len };
		memcpy(piece->at + len, pool.guard, GUARD);
		pool.used += len + GUARD;
		pool.live++;
	}
	pthread_mutex_unlock(&pool.lock);
	return piece ? piece->at : NULL;
}

/* Was it one? Then it is given back. Who wrote past its end ends the process, as at the library's areas. */
static bool give_back(uint8_t *at)
{
	struct piece *piece;

	pthread_mutex_lock(&pool.lock);
	piece = at ? find_piece(at) : NULL;
	if (piece && sodium_memcmp(piece->at + piece->len, pool.guard, GUARD) != 0)
		sodium_misuse();
	if (piece) {
		sodium_memzero(piece->at, piece->len);
		*piece = (struct piece){ 0 };
		if (--pool.live == 0)
			pool.used = 0;
	}
	pthread_mutex_unlock(&pool.lock);
	return piece != NULL;
}

void *secret_new(size_t len)
{
	bool locked = true;
	void *p;

	/* The library puts it at the end of a page, so its size decides how it is aligned. */
	len = (len + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
	p = take_piece(len);
	if (!p)
		p = new_area(len, &locked);
	if (!locked)
		unlocked = true;
	return p;
}

void secret_lock(void *p, size_t len)
{
	(void)madvise(p, len, MADV_DONTFORK);
	(void)madvise(p, len, MADV_DONTDUMP);
	if (mlock(p, len) < 0)
		unlocked = true;
}

void secret_free(void *p)
{
	if (!give_back(p))
		sodium_free(p);
}

bool secret_unlocked(void)
{
	return unlocked;
}

void secret_wipe_stack(void)
{
	sodium_stackzero(STACK_DEPTH);
}
