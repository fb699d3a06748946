/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_TEXT_H
#define GUEST_TEXT_H

#include "iso/read.h"

/* Reads a text piece by piece, and decodes the characters of JSON strings in it (RFC 8259, 7). */
struct text {
	struct iso_input in;
	uint64_t at, len; /* @at: offset of the first byte that is not in @piece yet */
	size_t pos, have;
	int err; /* of a read that failed: the text ends there */
	uint8_t piece[256];
};

#define TEXT_END       (-1)
#define TEXT_NOT_ASCII 0x80 /* returned for each character that is not ASCII */

/** text_peek - the next byte, or TEXT_END after the last one; does not advance. */
int text_peek(struct text *t);

/** text_next - the same, and advance. */
int text_next(struct text *t);

/** text_take - advance if the next byte is @c. */
bool text_take(struct text *t, int c);

void text_skip_space(struct text *t);

/** text_char - the next character of a string, with escapes decoded; TEXT_END if it is malformed. */
int text_char(struct text *t);

#endif
