/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_SEARCH_H
#define GUEST_SEARCH_H

#include "guest/device.h"

/*
 * Looks at every block device, each in a child of its own. Nothing is written, nothing stays in the page cache, and a
 * device that hangs does not delay the others.
 */

/**
 * search_begin - start the first children; the caller may do other work until search_end()
 * @d:       static storage, zero
 * @devices: look only at these devices or image files, NULL-terminated; empty: at every block device that exists now
 */
void search_begin(struct drives *d, const char *const *devices);

/**
 * search_end - wait for the answers, for CD drives that are not ready yet, and for those of @devices that do not exist yet
 * @wait_ms: the longest time to wait, from search_begin() on
 *
 * The results are in @d.
 */
void search_end(struct drives *d, const char *const *devices, unsigned wait_ms);

/** search_wipe - wipe all that was read of any seed, in @d and in the children's buffers. */
void search_wipe(struct drives *d);

#endif
