/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/secret.h"

#include <errno.h>
#include <sodium.h>
#include <stddef.h>
#include <stdint.h>
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

void *secret_new(size_t len)
{
	void *p;

	/* The library puts it at the end of a page, so its size decides how it is aligned. */
	len = (len + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
	p = sodium_malloc(len);
	if (!p)
		return NULL;
	keep_from_children(p, len);
	/* The library locks in silence; ask once more, so that a refusal can be told. */
	if (mlock(p, len) < 0)
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
