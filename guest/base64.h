/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_BASE64_H
#define GUEST_BASE64_H

#include <stdint.h>

/* A decoder of base64 (RFC 4648, 4) that gets one digit at a time. The text must consist of whole groups of four
 * digits, the last group padded. Before the first digit, the caller sets @out and @size, and all other members to
 * zero. */
struct base64 {
	uint8_t *out; /* a buffer of @size bytes; the caller wipes it if the content is secret */
	unsigned size, len;
	uint32_t bits;
	unsigned digits, padding; /* digits, and padding characters, of the current group */
	int err;
};

/** base64_add - decode one more digit; does nothing after an error. */
void base64_add(struct base64 *b, int c);

/**
 * base64_end - finish after the last digit
 * Returns: 0: @b->len bytes are decoded; -EILSEQ: the text was not base64, was not padded, or its last digit has unused
 * bits that are not zero; -E2BIG: the result does not fit into @out.
 */
int base64_end(const struct base64 *b);

#endif
