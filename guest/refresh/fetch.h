/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_FETCH_H
#define GUEST_REFRESH_FETCH_H

#include <stddef.h>
#include <stdint.h>

#include "guest/refresh/reply.h"
#include "guest/refresh/url.h"

#define FETCH_CONNECT_MS 2000 /* for one address to be reached; on our link it takes milliseconds */

/* What one fetch came to. */
struct fetch {
	uint8_t *body;   /* the caller's, REPLY_BODY_MAX bytes, maybe secret: he wipes it */
	size_t len;      /* 0 on error */
	unsigned code;   /* of the answer; 0: there was none */
	const char *why; /* on error, in words that follow @from; NULL: @code says it */
	char from[64];   /* the address that was asked last */
};

/**
 * fetch_url - GET it
 * @end_ms: by process_now_ms(): all is over then
 *
 * Returns: 0; -ENOENT: there is nothing to be had: nobody is reached or says so within FETCH_CONNECT_MS, or the answer
 * is 404 or another 4xx; another -errno: the answer was refused, or did not come in time.
 */
int fetch_url(const struct url *url, unsigned end_ms, struct fetch *f);

/**
 * fetch_metadata - GET vendor_data2.json of the metadata service, at the first of its addresses that has it
 * 169.254.169.254, then fe80::a9fe:a9fe on each interface that is up. Returns: as fetch_url().
 */
int fetch_metadata(unsigned end_ms, struct fetch *f);

#endif
