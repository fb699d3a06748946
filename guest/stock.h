/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STOCK_H
#define GUEST_STOCK_H

#include "iso/read.h"
#include "util/hex.h"

/*
 * Reads what each Nova puts on a config drive: `random_seed`, the host's random bytes in base64, next to the instance's
 * `uuid`, in a JSON object of some kilobytes.
 *
 * util/json.h needs the whole text in memory, and stack for each level of nesting. This parser reads the text once, and
 * needs one bit for each level. tests/fuzz/fuzz_stock.c shows that both agree on every text.
 */
#define STOCK_PATH     "openstack/latest/meta_data.json"
#define STOCK_FILE_MAX (1u << 20)
#define STOCK_MAX      4096 /* bytes of a value */

struct stock {
	uint8_t *seed; /* a buffer of the caller, STOCK_MAX bytes: secret; wiped here on error */
	size_t len;
	uint8_t uuid[UUID_SIZE]; /* zero if the text has no UUID, or more than one */
};

/**
 * stock_scan - find the value of random_seed among the keys of the outermost object, and decode it
 * @in:  the text begins at offset 0
 * @len: length of the text
 *
 * The whole text is checked against RFC 8259 before any of it is used. No heap, no recursion.
 * Returns: 0; -ENOENT: no such key; -EEXIST: the key occurs twice; -EINVAL: the value is not a string; -EILSEQ: the
 * string is not padded base64; -E2BIG: it decodes to more than STOCK_MAX bytes; -EBADMSG: the text is not JSON, or not an
 * object; -ELOOP: it is nested deeper than 64 levels; or a read error.
 */
int stock_scan(struct iso_input in, uint64_t len, struct stock *s);

/** stock_read - stock_scan() of the file STOCK_PATH on a drive; also -EFBIG: it is larger than STOCK_FILE_MAX. */
int stock_read(const struct iso_volume *vol, struct stock *s);

#endif
