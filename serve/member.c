/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/member.h"
#include "util/hex.h"
#include "util/json.h"

#include <errno.h>
#include <string.h>

/* The state of the parser says what the next byte may be. */
enum {
	START,     /* the beginning of the object */
	FIRST_KEY, /* a key, or the end of the object */
	KEY,
	COLON,
	FIRST_ITEM, /* a value, or the end of the array */
	VALUE,
	AFTER, /* after a value: a comma, or the end of the open object or array */
	END,   /* after the object: only blanks */
	STRING,
	ESCAPE,
	HEX,
	WORD, /* the rest of true, false or null */
	MINUS,
	ZERO, /* after a leading 0: anything but a digit */
	DIGITS,
	POINT,
	FRACTION,
	EXPONENT, /* a sign or a digit */
	SIGN,     /* a digit */
	POWER,
};

_Static_assert(JSON_DEPTH_MAX <= 64, "a bit for each level");

void member_init(struct member *m, const char *key)
{
	*m = (struct member){ .key = key };
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static int move(struct member *m, unsigned state)
{
	m->state = (uint8_t)state;
	return 0;
}

static int push(struct member *m, bool array)
{
	if (m->depth == JSON_DEPTH_MAX)
		return -ELOOP;
	m->arrays = m->arrays << 1 | array;
	m->depth++;
	return move(m, array ? FIRST_ITEM : FIRST_KEY);
}

static int pop(struct member *m, bool array)
{
	if ((m->arrays & 1) != array)
		return -EBADMSG;
	m->arrays >>= 1;
	m->depth--;
	return move(m, m->depth == 0 ? END : AFTER);
}

static int begin_string(struct member *m, bool is_key)
{
	m->is_key = is_key;
	m->left = m->key;
	m->same = is_key && m->depth == 1;
	if (!is_key && m->wanted)
		m->is_string = true;
	return move(m, STRING);
}

static int begin_word(struct member *m, const char *word)
{
	m->left = word + 1;
	return move(m, WORD);
}

static int begin_value(struct member *m, uint8_t c)
{
	/* Only a string can be the wanted value. */
	if (c != '"')
		m->wanted = false;
	switch (c) {
	case '{':
		return push(m, false);
	case '[':
		return push(m, true);
	case '"':
		return begin_string(m, false);
	case 't':
		return begin_word(m, "true");
	case 'f':
		return begin_word(m, "false");
	case 'n':
		return begin_word(m, "null");
	case '-':
		return move(m, MINUS);
	case '0':
		return move(m, ZERO);
	default:
		return is_digit(c) ? move(m, DIGITS) : -EBADMSG;
	}
}

static int end_string(struct member *m)
{
	if (!m->is_key) {
		m->wanted = false;
		return move(m, AFTER);
	}
	m->wanted = m->same && *m->left == '\0';
	if (m->wanted && m->seen < 2)
		m->seen++;
	/* If the key occurs twice, no value is used. */
	if (m->wanted && m->seen > 1)
		m->wanted = false;
	return move(m, COLON);
}

/* Called when a character of a string is complete. @c: its ASCII code; 0x80 if the character is not ASCII. */
static int end_char(struct member *m, unsigned c)
{
	if (m->same && (*m->left == '\0' || c != (unsigned char)*m->left++))
		m->same = false;
	return move(m, STRING);
}

static void keep(struct member *m, uint8_t c)
{
	if (m->len < MEMBER_TEXT_MAX)
		m->text[m->len++] = (char)c;
	else
		m->too_long = true;
}

/* RFC 3629, section 4: after some first bytes, the second byte has a smaller range. */
static int begin_utf8(struct member *m, uint8_t c)
{
	if (c < 0xc2 || c > 0xf4)
		return -EBADMSG;
	m->more = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	m->low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	m->high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	return 0;
}

static int next_utf8(struct member *m, uint8_t c)
{
	if (c < m->low || c > m->high)
		return -EBADMSG;
	m->low = 0x80;
	m->high = 0xbf;
	return --m->more == 0 ? end_char(m, 0x80) : 0;
}

static int in_string(struct member *m, uint8_t c)
{
	if (m->more == 0 && c == '"')
		return end_string(m);
	if (m->wanted && !m->is_key)
		keep(m, c);
	if (m->more > 0)
		return next_utf8(m, c);
	if (c < 0x20)
		return -EBADMSG;
	if (c == '\\')
		return move(m, ESCAPE);
	return c < 0x80 ? end_char(m, c) : begin_utf8(m, c);
}

static int in_escape(struct member *m, uint8_t c)
{
	static const char forms[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const char *form = c ? strchr(forms, c) : NULL;

	if (m->wanted && !m->is_key)
		keep(m, c);
	if (c == 'u') {
		m->digits = 4;
		m->code = 0;
		return move(m, HEX);
	}
	return form ? end_char(m, (unsigned char)meanings[form - forms]) : -EBADMSG;
}

static int in_hex(struct member *m, uint8_t c)
{
	const int digit = hex_digit(c);

	if (m->wanted && !m->is_key)
		keep(m, c);
	if (digit < 0)
		return -EBADMSG;
	m->code = (uint16_t)(m->code << 4 | digit);
	return --m->digits > 0 ? 0 : end_char(m, m->code > 0x7f ? 0x80 : m->code);
}

static int in_word(struct member *m, uint8_t c)
{
	if (c != (unsigned char)*m->left)
		return -EBADMSG;
	return *++m->left == '\0' ? move(m, AFTER) : 0;
}

/* Takes a byte that is not in a string, number or word: a blank, a separator, or the first byte of a value or key. */
static int between(struct member *m, uint8_t c)
{
	if (is_space(c))
		return 0;
	switch (m->state) {
	case START:
		return c == '{' ? push(m, false) : -EBADMSG;
	case FIRST_KEY:
		if (c == '}')
			return pop(m, false);
		/* fallthrough */
	case KEY:
		return c == '"' ? begin_string(m, true) : -EBADMSG;
	case COLON:
		return c == ':' ? move(m, VALUE) : -EBADMSG;
	case FIRST_ITEM:
		return c == ']' ? pop(m, true) : begin_value(m, c);
	case VALUE:
		return begin_value(m, c);
	case AFTER:
		if (c == ',')
			return move(m, m->arrays & 1 ? VALUE : KEY);
		return c == '}' || c == ']' ? pop(m, c == ']') : -EBADMSG;
	default:
		return -EBADMSG;
	}
}

static int end_number(struct member *m, uint8_t c)
{
	m->state = AFTER;
	return between(m, c);
}

static int in_number(struct member *m, uint8_t c)
{
	const bool digit = is_digit(c), power = c == 'e' || c == 'E';

	switch (m->state) {
	case MINUS:
		return c == '0' ? move(m, ZERO) : digit ? move(m, DIGITS) : -EBADMSG;
	case ZERO:
	case DIGITS:
		if (digit && m->state == DIGITS)
			return 0;
		return c == '.' ? move(m, POINT) : power ? move(m, EXPONENT) : end_number(m, c);
	case POINT:
		return digit ? move(m, FRACTION) : -EBADMSG;
	case FRACTION:
		return digit ? 0 : power ? move(m, EXPONENT) : end_number(m, c);
	case EXPONENT:
		if (c == '+' || c == '-')
			return move(m, SIGN);
		return digit ? move(m, POWER) : -EBADMSG;
	case SIGN:
		return digit ? move(m, POWER) : -EBADMSG;
	default:
		return digit ? 0 : end_number(m, c);
	}
}

static int take_byte(struct member *m, uint8_t c)
{
	switch (m->state) {
	case STRING:
		return in_string(m, c);
	case ESCAPE:
		return in_escape(m, c);
	case HEX:
		return in_hex(m, c);
	case WORD:
		return in_word(m, c);
	default:
		return m->state < STRING ? between(m, c) : in_number(m, c);
	}
}

#define EACH(byte) ((byte)*0x0101010101010101u)

/* Checks eight bytes at once. Is each of them ASCII, and none a control character, a quote or a backslash? */
static bool is_plain8(const uint8_t *raw)
{
	uint64_t all, quote, slash;

	memcpy(&all, raw, sizeof(all));
	quote = all ^ EACH((uint64_t)'"');
	slash = all ^ EACH((uint64_t)'\\');
	return ((all | ((all - EACH(0x20u)) & ~all) | ((quote - EACH(1u)) & ~quote) |
			((slash - EACH(1u)) & ~slash)) &
		       EACH(0x80u)) == 0;
}

/* Skips the ASCII characters of strings that are neither compared nor kept: nearly the whole text. Returns: how many
 * bytes. */
static size_t skip_plain(const struct member *m, const uint8_t *raw, size_t len)
{
	size_t n = 0;

	if (m->state != STRING || m->more > 0 || m->same || (m->wanted && !m->is_key))
		return 0;
	while (n + 8 <= len && is_plain8(raw + n))
		n += 8;
	while (n < len && raw[n] >= 0x20 && raw[n] < 0x80 && raw[n] != '"' && raw[n] != '\\')
		n++;
	return n;
}

int member_take(struct member *m, const uint8_t *raw, size_t len)
{
	size_t i = 0;
	int r = 0;

	while (r == 0) {
		i += skip_plain(m, raw + i, len - i);
		if (i == len)
			break;
		r = take_byte(m, raw[i++]);
	}
	return r;
}

int member_end(const struct member *m, const char **ret, size_t *ret_len)
{
	if (m->state != END)
		return -EBADMSG;
	if (m->seen != 1)
		return m->seen == 0 ? -ENOENT : -EEXIST;
	if (!m->is_string)
		return -EINVAL;
	if (m->too_long)
		return -EMSGSIZE;
	*ret = m->text;
	*ret_len = m->len;
	return 0;
}
