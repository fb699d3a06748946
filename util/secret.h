/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_SECRET_H
#define UTIL_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Memory for secrets in the host's programs: locked, excluded from core dumps, and wiped. The guest does not use
 * this. */

/**
 * secret_setup - forbid core dumps of this process, and keep other processes of the same user from reading its memory
 * Returns: 0, or -errno if that fails, or if libsodium cannot be initialized.
 */
int secret_setup(void);

/**
 * secret_pool - from now on, take the memory for secret_new() from one area of @len bytes, as long as there is room
 * @len: a multiple of 16; 0, the default: allocate each secret by itself
 *
 * Each allocation costs a dozen system calls, and a run that makes one drive needs five; a pool saves most of them. In
 * a pool there are no guard pages between secrets; instead, secret_free() ends the process if somebody wrote past the
 * end of a secret. If the whole area cannot be locked, no pool is used. Call this before any thread is started.
 */
void secret_pool(size_t len);

/**
 * secret_new - allocate @len uninitialized bytes, aligned for any type; a forked child does not inherit their content
 * There is a guard page before and after the bytes, unless they come from the pool of secret_pool().
 * Returns: memory that the caller frees with secret_free(), in this process; NULL: no memory.
 */
void *secret_new(size_t len);

/**
 * secret_lock - keep @len bytes of other memory, such as a mapping, from swap, core dumps and children; @p is page-
 * aligned.
 */
void secret_lock(void *p, size_t len);

/** secret_free - wipe and free memory from secret_new(); @p may be NULL. */
void secret_free(void *p);

/** secret_unlocked - did the kernel refuse to lock any of this memory? Callers warn about it, and go on. */
bool secret_unlocked(void);

/** secret_wipe_stack - overwrite what earlier function calls have left on the stack below the caller's frame. */
void secret_wipe_stack(void);

#endif
