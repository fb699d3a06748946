/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STOCK_H
#define GUEST_STOCK_H

#include "iso/read.h"
#include "util/hex.h"

/*
 * What any Nova puts on a config drive: base64 of the host's random bytes as `random_seed`, beside the
 * instance's `uuid`, in a JSON object of some kilobytes.
 *
 * util/json.h wants the whole text in memory, and a stack for its nesting; here it streams by, a bit
 * a level. The two agree on every text: tests/fuzz/fuzz_stock.c.
 */
#define STOCK_PATH     "openstack/latest/meta_data.json"
#define STOCK_FILE_MAX (1u << 20)
#define STOCK_MAX      4096 /* bytes of a value */

struct stock {
	uint8_t *seed; /* the caller's, STOCK_MAX bytes: secret, wiped on error */
	size_t len;
	uint8_t uuid[UUID_SIZE]; /* zero when the text tells none, or not just one */
};

/**
 * stock_scan - find the value of random_seed among an object's own keys, and decode it
 * @in:  the text lies at its beginning
 * @len: of the text
 *
 * All of it is checked against RFC 8259 before anything of it counts; no heap, no recursion.
 * Returns: 0; -ENOENT without the key; -EEXIST with two of it; -EINVAL when the value is no string;
 * -EILSEQ when that is not base64, padded; -E2BIG when it is longer than STOCK_MAX; -EBADMSG when this
 * is not JSON, or not an object; -ELOOP when it is nested deeper than 64 levels; or a read error.
 */
int stock_scan(struct iso_input in, uint64_t len, struct stock *s);

/** stock_read - of the file STOCK_PATH on a drive; -ENOENT without it, -EFBIG for a larger one. */
int stock_read(const struct iso_volume *vol, struct stock *s);

#endif
