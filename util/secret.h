/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_SECRET_H
#define UTIL_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Where a host program keeps secrets: locked, out of core dumps, wiped. The guest has its own way. */

/**
 * secret_setup - no core dump of this process, no other process of the same user looking in
 * Returns: 0, or -errno when the cryptographic library cannot be had.
 */
int secret_setup(void);

/**
 * secret_pool - from now on what secret_new() gives comes out of one area of @len bytes, as far as that goes
 *
 * An area costs a dozen system calls, and a run that makes one drive wants five. Between two pieces of it there is no
 * guard page; what is written past the end of one ends the process when it is given back. Where all of it may not be locked
 * there is no area. A multiple of 16; 0, as it is without a call: each secret by itself. Before there are threads.
 */
void secret_pool(size_t len);

/**
 * secret_new - @len bytes of no particular content, which no child inherits; aligned for whatever is put there
 * Between guard pages, but for what secret_pool() says.
 * Returns: NULL: no memory. Given back with secret_free(), in this process only.
 */
void *secret_new(size_t len);

/** secret_lock - keep memory of another kind out of swap and core dumps, and away from children; @p begins a page. */
void secret_lock(void *p, size_t len);

/** secret_free - wipe and give back; NULL is fine. */
void secret_free(void *p);

/** secret_unlocked - did RLIMIT_MEMLOCK refuse to lock some of it? A warning, never a failure. */
bool secret_unlocked(void);

/** secret_wipe_stack - overwrite what calls before this one have left below the caller's frame. */
void secret_wipe_stack(void);

#endif
