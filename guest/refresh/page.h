/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_PAGE_H
#define GUEST_REFRESH_PAGE_H

#include "util/wire/vmclock.h"

#define PAGE_LOOK_MS 20   /* between two looks; each costs some hundred nanoseconds and a wake-up */
#define PAGE_LONG_MS 1000 /* between two looks if the device wakes this process */

/* The hypervisor's page, mapped read-only, and its content at the last look. That content is kept only in memory, because a
 * file would be the same in all clones. */
struct page {
	int fd;
	const volatile void *at;
	struct vmclock seen;
	char path[64];
};

enum page_sign {
	PAGE_SAME,
	PAGE_GENERATION, /* the machine was restored or cloned: it continues from an earlier state */
	PAGE_DISRUPTION, /* that, or a live migration: this hypervisor does not distinguish them */
};

/**
 * page_open - open and map the page of a device
 * @device: NULL: the first of /dev/vmclock*
 * Returns: 0; -ENOENT: no such device; -EBADMSG: it is not a vmclock page; or another -errno. @page->path is set on error,
 * too.
 */
int page_open(struct page *page, const char *device);

/** page_wait - wait until the page may have changed: for PAGE_LOOK_MS or, if the device wakes us, at most PAGE_LONG_MS. */
void page_wait(const struct page *page);

/** page_look - find out what has changed since the last look, under the page's sequence lock. */
enum page_sign page_look(struct page *page);

#endif
