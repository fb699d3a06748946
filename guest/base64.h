/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_BASE64_H
#define GUEST_BASE64_H

#include <stdint.h>

/* Base64 (RFC 4648, 4) that comes digit by digit: whole groups of four, the last one padded. Zero but for @out and @size
 * to begin with. */
struct base64 {
	uint8_t *out; /* the caller's, @size bytes: maybe secret, and his to wipe */
	unsigned size, len;
	uint32_t bits;
	unsigned digits, padding; /* of this group */
	int err;
};

/** base64_add - one more; does nothing after an error. */
void base64_add(struct base64 *b, int c);

/**
 * base64_end - after the last one
 * Returns: 0, and @b->len bytes are decoded; -EILSEQ when this was not base64, or not padded, or its last digit has bits
 * that mean nothing; -E2BIG when it does not fit.
 */
int base64_end(const struct base64 *b);

#endif
