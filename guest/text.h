/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_TEXT_H
#define GUEST_TEXT_H

#include "iso/read.h"

/* Reads a text piece by piece, and decodes the characters of JSON strings in it (RFC 8259, 7). */
struct text {
	struct iso_input in;
	uint64_t at, len; /* @at: offset in the text of the first byte that is not in @piece yet */
	size_t pos, have;
	int err; /* error of a read that failed: the text ends at that read */
	uint8_t piece[256];
};

#define TEXT_END       (-1)
#define TEXT_NOT_ASCII 0x80 /* returned for each character that is not ASCII */

/** text_peek - get the next byte, without advancing; TEXT_END after the last byte. */
int text_peek(struct text *t);

/** text_next - get the next byte, and advance; TEXT_END after the last byte. */
int text_next(struct text *t);

/** text_take - is the next byte @c? If it is, advance. */
bool text_take(struct text *t, int c);

void text_skip_space(struct text *t);

/** text_char - get the next character of a string; escapes are decoded. Returns: TEXT_END if it is malformed. */
int text_char(struct text *t);

#endif
