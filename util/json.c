/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/json.h"
#include "util/hex.h"
#include "util/utf8.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct scan {
	const char *text;
	size_t len, at;
	const char *key;        /* the key to find */
	struct json_span found; /* its value, if that is a string */
	unsigned seen;          /* how many times the key was seen */
	bool is_string;         /* its value is a string */
};

static int scan_value(struct scan *s, unsigned depth);

/* The next character, -1 at the end. */
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

/* After "\u": the four hexadecimal digits as a number, or -1. */
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

/* After a backslash: the character that the escape stands for if it is ASCII, 0x80 for any other, -1 for an invalid
 * escape. */
static int take_escape(struct scan *s)
{
	static const char short_forms[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const int c = peek(s);
	const char *form;
	int value;

	s->at++;
	if (c == 'u') {
		value = take_hex4(s);
		return value > 0x7f ? 0x80 : value;
	}
	form = c > 0 ? strchr(short_forms, c) : NULL;
	return form ? meanings[form - short_forms] : -1;
}

/* One character of a string, in the same form as take_escape() returns it; -1 if malformed. */
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

/* Scans a string from its opening quote on. @matches: is the decoded string equal to @key? */
static int scan_string(struct scan *s, const char *key, struct json_span *ret, bool *matches)
{
	bool same = key != NULL;

	if (!take(s, '"'))
		return -EBADMSG;
	ret->at = s->at;
	for (;;) {
		int c;

		if (!same)
			skip_plain(s);
		if (peek(s) == '"')
			break;
		c = take_char(s);
		if (c < 0)
			return -EBADMSG;
		if (same && (*key == '\0' || c != *key++))
			same = false;
	}
	ret->len = s->at - ret->at;
	*matches = same && *key == '\0';
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

/* Scans the value of the key that we look for, and stores where it is. */
static int scan_wanted(struct scan *s, unsigned depth)
{
	bool unused;

	s->seen++;
	skip_space(s);
	if (peek(s) != '"')
		return scan_value(s, depth + 1);
	s->is_string = true;
	return scan_string(s, NULL, &s->found, &unused);
}

static int scan_member(struct scan *s, unsigned depth)
{
	struct json_span name;
	bool matches;
	int r;

	skip_space(s);
	r = scan_string(s, depth == 1 ? s->key : NULL, &name, &matches);
	if (r < 0)
		return r;
	skip_space(s);
	if (!take(s, ':'))
		return -EBADMSG;
	r = matches ? scan_wanted(s, depth) : scan_value(s, depth + 1);
	skip_space(s);
	return r;
}

static int scan_object(struct scan *s, unsigned depth)
{
	int r;

	s->at++;
	skip_space(s);
	if (take(s, '}'))
		return 0;
	do {
		r = scan_member(s, depth);
		if (r < 0)
			return r;
	} while (take(s, ','));
	return take(s, '}') ? 0 : -EBADMSG;
}

static int scan_value(struct scan *s, unsigned depth)
{
	struct json_span unused;
	bool matches;
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
		r = scan_string(s, NULL, &unused, &matches);
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

int json_find_string(const char *text, size_t len, const char *key, struct json_span *ret)
{
	struct scan s = { .text = text, .len = len, .key = key };
	int r;

	skip_space(&s);
	if (peek(&s) != '{')
		return -EBADMSG;
	r = scan_value(&s, 1);
	if (r < 0)
		return r;
	if (s.at != len)
		return -EBADMSG;
	if (s.seen == 0)
		return -ENOENT;
	if (s.seen > 1)
		return -EEXIST;
	if (!s.is_string)
		return -EINVAL;
	*ret = s.found;
	return 0;
}
