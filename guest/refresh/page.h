/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_PAGE_H
#define GUEST_REFRESH_PAGE_H

#include "util/wire/vmclock.h"

#define PAGE_LOOK_MS 20   /* between two looks; each costs some hundred nanoseconds and a wake-up */
#define PAGE_LONG_MS 1000 /* longest time between two looks if the device can wake this process */

/* The hypervisor's page, mapped read-only, and its content at the last look. This content is kept only in memory: a
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
	/* A restore, a clone or a live migration: this hypervisor does not distinguish them. */
	PAGE_DISRUPTION,
};

/**
 * page_open - open and map the page of a device
 * @device: NULL: the first of /dev/vmclock*
 * Returns: 0; -ENOENT: there is no such device; -EBADMSG: it is not a vmclock page; or another -errno. @page->path is
 * set even on error.
 */
int page_open(struct page *page, const char *device);

/**
 * page_wait - wait until the page may have changed
 * If the device is of the kind that can wake this process, the wait ends when it does, or after PAGE_LONG_MS. With any
 * other device, and after a wake-up without a change, the wait lasts PAGE_LOOK_MS.
 */
void page_wait(const struct page *page);

/** page_look - find out what has changed since the last look. The page's sequence lock is respected. */
enum page_sign page_look(struct page *page);

#endif
