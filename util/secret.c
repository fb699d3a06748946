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

/* Bytes of stack to wipe. No call that handles a secret uses more, be it a function of ours or of a library. */
#define STACK_DEPTH (16 * 1024)

static _Atomic bool unlocked;

int secret_setup(void)
{
	const struct rlimit none = { 0, 0 };

	/* RLIMIT_CORE does not apply to a core dump that is piped to a program; only PR_SET_DUMPABLE stops that. */
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || setrlimit(RLIMIT_CORE, &none) < 0)
		return -errno;
	return sodium_init() < 0 ? -ENOSYS : 0;
}

/* A forked child sees zeros in place of this memory. The kernel can do this only for whole pages. libsodium gives each
 * allocation pages that hold nothing else, so the child loses nothing that it might need. */
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
	/* libsodium does not report that locking failed. So we lock the memory once more, only to learn the result. */
	*ret_locked = mlock(p, len) == 0;
	return p;
}

/* --- the pool --- */

#define PIECES 16
#define GUARD  16 /* random bytes after each piece; they are checked when the piece is freed */

/* Pieces are taken from the area one after the other. A freed piece is not used again at once: only when all pieces are
 * freed, the next one is taken from the beginning. */
static struct {
	pthread_mutex_t lock;
	uint8_t *area;
	size_t room, used; /* bytes; @room is 0 if there is no pool */
	/* The process that made the area; in a forked child the area would not be locked. */
	pid_t owner;
	uint8_t guard[GUARD];
	struct piece {
		uint8_t *at; /* NULL: this entry is free */
		size_t len;
	} piece[PIECES];
	unsigned live; /* number of pieces in use */
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

/* If the area cannot be locked whole, it is freed: smaller secrets may still be locked one by one. */
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

/* Makes the area when it is first needed; the caller holds the lock. A forked child does not use the area of its
 * parent, but makes another. */
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

/* Frees the piece that begins at @at; returns false if there is none. If somebody wrote past the end of the piece, this
 * ends the process, as libsodium does for its own allocations. */
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

	/* libsodium puts an allocation at the end of a page, so the address is aligned only if the size is. */
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
