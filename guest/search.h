/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_SEARCH_H
#define GUEST_SEARCH_H

#include "guest/device.h"

/**
 * search_drives - look at every block device, each from a child of its own
 * @d:       static storage, zero: a child that never ends goes on to look at it
 * @device:  look at this one alone; a regular file will do
 * @wait_ms: how long to wait for drives that are still to appear, and only while one is to be
 *           expected; what is there has a second to answer in any case
 *
 * Nothing is written, nothing stays in the page cache, and no device keeps another one's answer from
 * being seen. What was found is in @d.
 */
void search_drives(struct drives *d, const char *device, unsigned wait_ms);

/** search_wipe - what was read of any record, here and in what the children worked with. */
void search_wipe(struct drives *d);

#endif
