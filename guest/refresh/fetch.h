/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_FETCH_H
#define GUEST_REFRESH_FETCH_H

#include <stddef.h>
#include <stdint.h>

#include "guest/refresh/reply.h"
#include "guest/refresh/url.h"

#define FETCH_CONNECT_MS 2000 /* to connect to one address (on the local link: milliseconds) */

/* The result of one fetch. */
struct fetch {
	/* The caller's buffer of REPLY_BODY_MAX bytes; may become secret, so the caller wipes it. */
	uint8_t *body;
	size_t len;      /* 0 on error */
	unsigned code;   /* the status code of the answer; 0: there was no answer */
	const char *why; /* on error: words to print after @from; NULL: @code is the reason */
	char from[64];   /* the address that was asked last */
};

/**
 * fetch_url - GET a URL
 * @end_ms: the deadline, by process_now_ms()
 *
 * Returns: 0; -ENOENT: there is nothing to fetch, because no connection was established within FETCH_CONNECT_MS, or
 * because the answer is 404 or another 4xx; another -errno: the answer was refused, or did not arrive in time.
 */
int fetch_url(const struct url *url, unsigned end_ms, struct fetch *f);

/**
 * fetch_metadata - GET vendor_data2.json from the metadata service, at the first of its addresses that has it
 * It tries 169.254.169.254, then fe80::a9fe:a9fe on each interface that is up. Returns: as fetch_url().
 */
int fetch_metadata(unsigned end_ms, struct fetch *f);

#endif
