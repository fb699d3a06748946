/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_SEARCH_H
#define GUEST_SEARCH_H

#include "guest/device.h"

/*
 * Every block device is looked at, each from a child of its own. Nothing is written, nothing stays in
 * the page cache, and no device keeps another one's answer from being seen.
 */

/**
 * search_begin - send the first children off; there is time for other things until search_end()
 * @d:      static storage, zero
 * @devices: look at these alone, up to a NULL; a regular file will do; none: at every block device that is there now
 */
void search_begin(struct drives *d, const char *const *devices);

/**
 * search_end - wait for their answers, for a CD that is not ready yet, and for a named one that is not there yet
 * @wait_ms: at most so long
 *
 * What was found is in @d.
 */
void search_end(struct drives *d, const char *const *devices, unsigned wait_ms);

/** search_wipe - what was read of any seed, here and in what the children worked with. */
void search_wipe(struct drives *d);

#endif
