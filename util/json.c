/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/json.h"
#include "util/hex.h"
#include "util/utf8.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define KEYS    2
#define DEEPEST 2

/* How often an object has each key, and where the value is. The span's @at is 0 if the value is not a string. */
struct object {
	struct json_span found[KEYS];
	unsigned seen[KEYS];
};

struct scan {
	const char *text;
	size_t len, at;
	/* The keys to find; the second is NULL if there is only one. @deepest: how many levels of objects are
	 * searched. */
	const char *key[KEYS];
	unsigned deepest;
	struct object object[DEEPEST]; /* the current or last object of each level */
	/* For json_find_pair(): @nth: which of the objects that have the first key is wanted; @pairs: how many of them
	 * were seen; @is_malformed, @pair: the result for the wanted one. */
	unsigned nth, pairs;
	bool is_malformed;
	struct json_span pair[KEYS];
};

static int scan_value(struct scan *s, unsigned depth);

/* Returns: the next character; -1 at the end. */
static int peek(const struct scan *s)
{
	return s->at < s->len ? (unsigned char)s->text[s->at] : -1;
}

static void skip_space(struct scan *s)
{
	for (;;) {
		int c = peek(s);

		if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
			return;
		s->at++;
	}
}

static bool take(struct scan *s, char c)
{
	if (peek(s) != c)
		return false;
	s->at++;
	return true;
}

/* Takes the four hexadecimal digits after "\u". Returns: their value, or -1. */
static int take_hex4(struct scan *s)
{
	int value = 0, i;

	for (i = 0; i < 4; i++) {
		int digit = hex_digit(peek(s));

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
		s->at++;
	}
	return value;
}

/* Called after a backslash. Returns: the character that the escape means, if it is ASCII and not NUL; 0x80 for any
 * other character; -1 for an invalid escape. */
static int take_escape(struct scan *s)
{
	static const char short_forms[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const int c = peek(s);
	const char *form;
	int value;

	s->at++;
	if (c == 'u') {
		value = take_hex4(s);
		return value == 0 || value > 0x7f ? 0x80 : value;
	}
	form = c > 0 ? strchr(short_forms, c) : NULL;
	return form ? meanings[form - short_forms] : -1;
}

/* Takes one character of a string. Returns: as take_escape(). */
static int take_char(struct scan *s)
{
	const int c = peek(s);
	size_t n;

	if (c < 0x20) /* also the end of the text */
		return -1;
	if (c == '\\') {
		s->at++;
		return take_escape(s);
	}
	n = utf8_length((const uint8_t *)s->text + s->at, s->len - s->at);
	s->at += n;
	return n == 0 ? -1 : n == 1 ? c : 0x80;
}

/* Skips characters of one byte that need no decoding. Nearly all of a metadata file consists of them, so this is faster
 * than calling take_char() for each. */
static void skip_plain(struct scan *s)
{
	for (; s->at < s->len; s->at++) {
		const unsigned char c = (unsigned char)s->text[s->at];

		if (c < 0x20 || c > 0x7f || c == '"' || c == '\\')
			return;
	}
}

/* Clears in the mask @same each key that has another character than @c at @pos. The caller passes @c = 0 only after the
 * string's last character, so that a longer key is cleared too. */
static unsigned still_same(const struct scan *s, unsigned same, size_t pos, int c)
{
	unsigned k;

	for (k = 0; k < KEYS; k++)
		if (same >> k & 1 && s->key[k][pos] != c)
			same &= ~(1u << k);
	return same;
}

/* Scans a string from its opening quote on, and clears in the mask @same each key that differs from the string. */
static int scan_string(struct scan *s, unsigned *same, struct json_span *ret)
{
	size_t pos;
	int c;

	if (!take(s, '"'))
		return -EBADMSG;
	ret->at = s->at;
	for (pos = 0;; pos++) {
		if (!*same)
			skip_plain(s);
		if (peek(s) == '"')
			break;
		c = take_char(s);
		if (c < 0)
			return -EBADMSG;
		*same = still_same(s, *same, pos, c);
	}
	ret->len = s->at - ret->at;
	*same = still_same(s, *same, pos, '\0');
	s->at++;
	return 0;
}

static bool take_digits(struct scan *s)
{
	const size_t before = s->at;

	while (peek(s) >= '0' && peek(s) <= '9')
		s->at++;
	return s->at > before;
}

static int scan_number(struct scan *s)
{
	take(s, '-');
	if (!take(s, '0') && !take_digits(s))
		return -EBADMSG;
	if (take(s, '.') && !take_digits(s))
		return -EBADMSG;
	if (take(s, 'e') || take(s, 'E')) {
		if (!take(s, '+'))
			take(s, '-');
		if (!take_digits(s))
			return -EBADMSG;
	}
	return 0;
}

static int scan_word(struct scan *s, const char *word)
{
	const size_t len = strlen(word);

	if (s->len - s->at < len || memcmp(s->text + s->at, word, len) != 0)
		return -EBADMSG;
	s->at += len;
	return 0;
}

static int scan_array(struct scan *s, unsigned depth)
{
	int r;

	s->at++;
	skip_space(s);
	if (take(s, ']'))
		return 0;
	do {
		r = scan_value(s, depth + 1);
		if (r < 0)
			return r;
	} while (take(s, ','));
	return take(s, ']') ? 0 : -EBADMSG;
}

/* Scans the value of a key that we look for, and stores its position. */
static int scan_wanted(struct scan *s, unsigned depth, unsigned key)
{
	struct object *o = &s->object[depth - 1];
	unsigned none = 0;

	o->seen[key]++;
	skip_space(s);
	return peek(s) == '"' ? scan_string(s, &none, &o->found[key]) : scan_value(s, depth + 1);
}

static int scan_member(struct scan *s, unsigned depth)
{
	unsigned same = depth > s->deepest ? 0 : s->key[1] ? 3 : 1;
	struct json_span name;
	int r;

	skip_space(s);
	r = scan_string(s, &same, &name);
	if (r < 0)
		return r;
	skip_space(s);
	if (!take(s, ':'))
		return -EBADMSG;
	r = same ? scan_wanted(s, depth, same >> 1) : scan_value(s, depth + 1);
	skip_space(s);
	return r;
}

/* Called at the end of an object: if this is the wanted object, stores the values of its two keys. */
static void judge_pair(struct scan *s, const struct object *o)
{
	if (o->seen[0] == 0 || s->pairs++ != s->nth)
		return;
	s->is_malformed = o->seen[0] > 1 || o->seen[1] != 1 || !o->found[0].at || !o->found[1].at;
	memcpy(s->pair, o->found, sizeof(s->pair));
}

static int scan_object(struct scan *s, unsigned depth)
{
	const bool wanted = depth <= s->deepest;
	int r;

	if (wanted)
		memset(&s->object[depth - 1], 0, sizeof(s->object[depth - 1]));
	s->at++;
	skip_space(s);
	if (take(s, '}'))
		return 0;
	do {
		r = scan_member(s, depth);
		if (r < 0)
			return r;
	} while (take(s, ','));
	if (wanted)
		judge_pair(s, &s->object[depth - 1]);
	return take(s, '}') ? 0 : -EBADMSG;
}

static int scan_value(struct scan *s, unsigned depth)
{
	struct json_span unused;
	unsigned none = 0;
	int r;

	skip_space(s);
	if (depth > JSON_DEPTH_MAX && (peek(s) == '{' || peek(s) == '['))
		return -ELOOP;
	switch (peek(s)) {
	case '{':
		r = scan_object(s, depth);
		break;
	case '[':
		r = scan_array(s, depth);
		break;
	case '"':
		r = scan_string(s, &none, &unused);
		break;
	case 't':
		r = scan_word(s, "true");
		break;
	case 'f':
		r = scan_word(s, "false");
		break;
	case 'n':
		r = scan_word(s, "null");
		break;
	default:
		r = scan_number(s);
	}
	skip_space(s);
	return r;
}

static int scan_document(struct scan *s)
{
	int r;

	skip_space(s);
	if (peek(s) != '{')
		return -EBADMSG;
	r = scan_value(s, 1);
	if (r < 0)
		return r;
	return s->at == s->len ? 0 : -EBADMSG;
}

int json_find_string(const char *text, size_t len, const char *key, struct json_span *ret)
{
	struct scan s = { .text = text, .len = len, .key = { key }, .deepest = 1 };
	const struct object *top = s.object;
	int r = scan_document(&s);

	if (r < 0)
		return r;
	if (top->seen[0] == 0)
		return -ENOENT;
	if (top->seen[0] > 1)
		return -EEXIST;
	if (top->found[0].at == 0)
		return -EINVAL;
	*ret = top->found[0];
	return 0;
}

int json_find_pair(const char *text, size_t len, const char *const key[2], unsigned nth,
	struct json_span ret[2])
{
	struct scan s = {
		.text = text, .len = len, .key = { key[0], key[1] }, .deepest = DEEPEST, .nth = nth
	};
	int r = scan_document(&s);

	if (r < 0)
		return r;
	if (s.pairs <= nth)
		return -ENOENT;
	if (s.is_malformed)
		return -EINVAL;
	memcpy(ret, s.pair, sizeof(s.pair));
	return 0;
}
