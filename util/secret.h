/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_SECRET_H
#define UTIL_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Memory for secrets in the host's programs: locked, excluded from core dumps, and wiped. The guest does not use
 * this. */

/**
 * secret_setup - forbid core dumps of this process, and keep its memory from other processes of the same user
 * Returns: 0; -errno if one of these fails, or if libsodium cannot be initialized.
 */
int secret_setup(void);

/**
 * secret_pool - from now on, take the memory for secret_new() from one area of @len bytes, as long as there is room
 * @len: a multiple of 16; 0, the default: allocate each secret by itself
 *
 * Each allocation costs a dozen system calls, and a run that makes one drive needs five allocations; a pool saves most
 * of the calls. In a pool there are no guard pages between secrets; instead, secret_free() ends the process if somebody
 * wrote past the end of a secret. If the whole area cannot be locked, no pool is used. Call this before any thread is
 * started.
 */
void secret_pool(size_t len);

/**
 * secret_new - allocate @len uninitialized bytes, aligned for any type; a forked child does not inherit their content
 * There is a guard page before and after the bytes, unless they come from the pool of secret_pool().
 * Returns: memory, which the same process frees with secret_free(); NULL: no memory.
 */
void *secret_new(size_t len);

/**
 * secret_lock - protect memory from another allocator, such as a mapping: keep it out of swap, core dumps and children
 * @p: aligned to a page
 */
void secret_lock(void *p, size_t len);

/** secret_free - wipe and free memory from secret_new(); @p may be NULL. */
void secret_free(void *p);

/** secret_unlocked - has the kernel refused to lock any secret so far? Callers warn about it, and go on. */
bool secret_unlocked(void);

/** secret_wipe_stack - overwrite what earlier function calls have left on the stack below the caller's frame. */
void secret_wipe_stack(void);

#endif
