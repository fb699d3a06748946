/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/text.h"
#include "util/hex.h"

static bool fill(struct text *t)
{
	uint64_t left = t->len - t->at;

	t->have = left < sizeof(t->piece) ? (size_t)left : sizeof(t->piece);
	t->pos = 0;
	if (t->have > 0 && t->err == 0)
		t->err = t->in.read_at(t->in.ctx, t->at, t->piece, t->have);
	if (t->err < 0)
		t->have = 0;
	t->at += t->have;
	return t->have > 0;
}

int text_peek(struct text *t)
{
	return t->pos < t->have || fill(t) ? t->piece[t->pos] : TEXT_END;
}

int text_next(struct text *t)
{
	int c = text_peek(t);

	t->pos += c != TEXT_END;
	return c;
}

bool text_take(struct text *t, int c)
{
	if (text_peek(t) != c)
		return false;
	t->pos++;
	return true;
}

void text_skip_space(struct text *t)
{
	int c;

	while ((c = text_peek(t)) == ' ' || c == '\t' || c == '\n' || c == '\r')
		t->pos++;
}

/* Decodes an escape; called after its backslash. */
static int take_escape(struct text *t)
{
	static const char forms[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const int c = text_next(t);
	int value = 0, i;

	if (c == 'u') {
		for (i = 0; i < 4; i++) {
			int digit = hex_digit(text_next(t));

			if (digit < 0)
				return TEXT_END;
			value = value << 4 | digit;
		}
		return value < TEXT_NOT_ASCII ? value : TEXT_NOT_ASCII;
	}
	for (i = 0; forms[i]; i++)
		if (forms[i] == c)
			return meanings[i];
	return TEXT_END;
}

/* Decodes a character whose first byte @c was read already (RFC 3629, 3). Overlong forms, halves of a UTF-16 pair, and
 * values beyond Unicode are refused. */
static int take_utf8(struct text *t, int c)
{
	const int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
	const int32_t least = more == 3 ? 0x10000 : more == 2 ? 0x800 : 0x80;
	int32_t value = c & 0x3f >> more;
	int i;

	if (c < 0xc2 || c > 0xf4)
		return TEXT_END;
	for (i = 0; i < more; i++) {
		c = text_next(t);
		if ((c & 0xc0) != 0x80)
			return TEXT_END;
		value = value << 6 | (c & 0x3f);
	}
	if (value < least || value >> 11 == 0xd800 >> 11 || value > 0x10ffff)
		return TEXT_END;
	return TEXT_NOT_ASCII;
}

int text_char(struct text *t)
{
	const int c = text_next(t);

	if (c < 0x20)
		return TEXT_END;
	if (c == '\\')
		return take_escape(t);
	return c < TEXT_NOT_ASCII ? c : take_utf8(t, c);
}
