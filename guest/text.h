/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_TEXT_H
#define GUEST_TEXT_H

#include "iso/read.h"

/* A text that comes piece by piece, and the characters of a JSON string in it (RFC 8259, 7). */
struct text {
	struct iso_input in;
	uint64_t at, len; /* @at: of what is not in @piece yet */
	size_t pos, have;
	int err; /* of reading: from there on the text has ended */
	uint8_t piece[256];
};

#define TEXT_END       (-1)
#define TEXT_NOT_ASCII 0x80 /* stands for any such character */

/** text_peek - the next byte, TEXT_END behind the last one. */
int text_peek(struct text *t);

/** text_next - the same, and go on behind it. */
int text_next(struct text *t);

/** text_take - go on if it is @c. */
bool text_take(struct text *t, int c);

void text_skip_space(struct text *t);

/** text_char - one character of a string, its escapes undone; TEXT_END where it is malformed. */
int text_char(struct text *t);

#endif
