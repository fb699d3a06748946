/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_SEARCH_H
#define GUEST_SEARCH_H

#include "guest/device.h"

/*
 * Looks at every block device; a separate child looks at each one. Nothing is written, nothing stays in the page cache,
 * and a device that hangs does not delay the others.
 */

/**
 * search_begin - start the first children; the caller may do other work until search_end()
 * @d:       static storage, zero
 * @devices: look only at these devices or image files, NULL-terminated; if empty: at every block device that exists now
 */
void search_begin(struct drives *d, const char *const *devices);

/**
 * search_end - wait for the devices that were found, for CD drives that are not ready yet, and for those of @devices
 * that do not exist yet
 * @wait_ms: the longest time to wait, counted from search_begin()
 *
 * The results are in @d.
 */
void search_end(struct drives *d, const char *const *devices, unsigned wait_ms);

/** search_wipe - wipe all bytes of seeds that were read, in @d and in the children's buffers. */
void search_wipe(struct drives *d);

#endif
