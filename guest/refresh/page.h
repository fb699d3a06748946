/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_PAGE_H
#define GUEST_REFRESH_PAGE_H

#include "util/wire/vmclock.h"

#define PAGE_LOOK_MS 20   /* a look costs some hundred nanoseconds and a wake-up */
#define PAGE_LONG_MS 1000 /* between two looks where the device wakes us */

/* The hypervisor's page, mapped read-only, and what it said when we last looked. That is in memory alone: a file would be
 * the same in all clones. */
struct page {
	int fd;
	const volatile void *at;
	struct vmclock seen;
	char path[64];
};

enum page_sign {
	PAGE_SAME,
	PAGE_GENERATION, /* the machine goes on from a state that it was in before: restored or cloned */
	PAGE_DISRUPTION, /* that, or a live migration: this hypervisor does not tell */
};

/**
 * page_open - of one device
 * @device: NULL: the first of /dev/vmclock*
 * Returns: 0; -ENOENT: there is none; -EBADMSG: it is no such page; or another -errno. @page->path is set on error, too.
 */
int page_open(struct page *page, const char *device);

/** page_wait - until it may have changed, PAGE_LOOK_MS at most; where the device wakes us, PAGE_LONG_MS. */
void page_wait(const struct page *page);

/** page_look - what has changed since the last look, under the page's sequence lock. */
enum page_sign page_look(struct page *page);

#endif
