/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STOCK_H
#define GUEST_STOCK_H

#include "iso/read.h"
#include "util/hex.h"

/*
 * Reads two values that every Nova puts on a config drive: `random_seed`, random bytes of the host in base64, and the
 * instance's `uuid`. Both are in a JSON object of some kilobytes.
 *
 * util/json.h needs the whole text in memory, and stack for each level of nesting. This parser reads the text once, and
 * needs one bit for each level. tests/fuzz/fuzz_stock.c checks that both parsers agree on every text.
 */
#define STOCK_PATH     "openstack/latest/meta_data.json"
#define STOCK_FILE_MAX (1u << 20)
#define STOCK_MAX      4096 /* longest random_seed, in bytes */

struct stock {
	/* A buffer of the caller, of STOCK_MAX bytes; secret; on error it is wiped here. */
	uint8_t *seed;
	size_t len;
	uint8_t uuid[UUID_SIZE]; /* zero if the text has no UUID, or several */
};

/**
 * stock_scan - find the value of random_seed in the outermost object, and decode it
 * @in:  the text begins at offset 0
 * @len: length of the text
 *
 * The whole text is checked against RFC 8259 before any of it is used. No heap and no recursion are used.
 * Returns: 0; -ENOENT: there is no such key; -EEXIST: the key occurs twice; -EINVAL: the value is not a string;
 * -EILSEQ: the string is not padded base64; -E2BIG: the decoded value is longer than STOCK_MAX; -EBADMSG: the text is
 * not JSON, or not an object; -ELOOP: it is nested deeper than 64 levels; or a read error.
 */
int stock_scan(struct iso_input in, uint64_t len, struct stock *s);

/**
 * stock_read - call stock_scan() for the file STOCK_PATH of a drive. Returns also -EFBIG: the file exceeds
 * STOCK_FILE_MAX.
 */
int stock_read(const struct iso_volume *vol, struct stock *s);

#endif
