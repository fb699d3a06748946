/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/wire/http.h"

#include "util/hex.h"

#include <errno.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

const char *http_find(struct http_text text, char c)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (text.at[i] == c)
			return text.at + i;
	return NULL;
}

/* May a token contain this character (RFC 9110, 5.6.2)? */
static bool is_token(char c)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
		http_find((struct http_text){ marks, sizeof(marks) - 1 }, c) != NULL;
}

static struct http_text text_of(const char *at, const char *end)
{
	return (struct http_text){ at, (size_t)(end - at) };
}

static bool is_all_token(struct http_text text)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (!is_token(text.at[i]))
			return false;
	return text.len > 0;
}

/* Returns: 1 at the end of the line, 0 before it, or a negative errno. */
static int take_byte(struct http_line *line, uint8_t c)
{
	if (line->cr)
		return c == '\n' ? 1 : -EBADMSG;
	if (c == '\r') {
		line->cr = true;
		return 0;
	}
	if ((c < ' ' && c != '\t') || c == 0x7f)
		return -EBADMSG;
	if (line->len + 1 >= line->size)
		return -EMSGSIZE;
	line->text[line->len++] = (char)c;
	return 0;
}

int http_line_take(struct http_line *line, const uint8_t *raw, size_t len, size_t *ret_used)
{
	size_t i = 0;
	int r = 0;

	if (line->whole) {
		line->len = 0;
		line->cr = line->whole = false;
	}
	while (i < len && r == 0)
		r = take_byte(line, raw[i++]);
	if (r == 1) {
		line->text[line->len] = '\0';
		line->whole = true;
	}
	*ret_used = i;
	return r;
}

static int number(struct http_text text, unsigned base, uint64_t max, uint64_t *ret)
{
	uint64_t n = 0;
	bool above = false;
	size_t i;

	for (i = 0; i < text.len; i++) {
		const int digit = hex_digit(text.at[i]);

		if (digit < 0 || (unsigned)digit >= base)
			return -EBADMSG;
		if ((uint64_t)digit > max || n > (max - (uint64_t)digit) / base)
			above = true;
		else
			n = n * base + (uint64_t)digit;
	}
	if (text.len == 0)
		return -EBADMSG;
	if (above)
		return -ERANGE;
	*ret = n;
	return 0;
}

int http_decimal(struct http_text text, uint64_t max, uint64_t *ret)
{
	return number(text, 10, max, ret);
}

int http_hex(struct http_text text, uint64_t max, uint64_t *ret)
{
	return number(text, 16, max, ret);
}

bool http_is(struct http_text text, const char *word)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (word[i] == '\0' || text.at[i] != word[i])
			return false;
	return word[i] == '\0';
}

bool http_is_name(struct http_text text, const char *word)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (word[i] == '\0' || lower(text.at[i]) != word[i])
			return false;
	return word[i] == '\0';
}

static struct http_text trim(struct http_text text)
{
	while (text.len > 0 && is_blank(text.at[0])) {
		text.at++;
		text.len--;
	}
	while (text.len > 0 && is_blank(text.at[text.len - 1]))
		text.len--;
	return text;
}

bool http_list_has(struct http_text list, const char *word)
{
	const char *at = list.at, *const end = list.at + list.len;

	while (at < end) {
		const char *comma = http_find(text_of(at, end), ',');

		if (!comma)
			comma = end;
		if (http_is_name(trim(text_of(at, comma)), word))
			return true;
		at = comma + 1;
	}
	return false;
}

/* Parses "HTTP/1.0" or "HTTP/1.1". */
static int version(const char *at, const char *end, unsigned *ret_minor)
{
	if (end - at != 8 || memcmp(at, "HTTP/", 5) != 0 || !is_digit(at[5]) || at[6] != '.' ||
		!is_digit(at[7]))
		return -EBADMSG;
	if (at[5] != '1' || at[7] > '1')
		return -EPROTONOSUPPORT;
	*ret_minor = (unsigned)(at[7] - '0');
	return 0;
}

int http_request(const struct http_line *line, struct http_request *ret)
{
	const char *const end = line->text + line->len;
	const char *const first = http_find(text_of(line->text, end), ' ');
	const char *const second = first ? http_find(text_of(first + 1, end), ' ') : NULL;
	struct http_request q;
	size_t i;
	int r;

	if (!second)
		return -EBADMSG;
	q.method = text_of(line->text, first);
	q.target = text_of(first + 1, second);
	if (!is_all_token(q.method) || q.target.len == 0)
		return -EBADMSG;
	for (i = 0; i < q.target.len; i++)
		if (q.target.at[i] <= ' ' || q.target.at[i] >= 0x7f)
			return -EBADMSG;
	r = version(second + 1, end, &q.minor);
	if (r == 0)
		*ret = q;
	return r;
}

int http_status(const struct http_line *line, struct http_status *ret)
{
	const char *const at = line->text;
	struct http_status s;
	uint64_t code;
	int r;

	/* The line begins like "HTTP/1.1 200 ". */
	if (line->len < 13 || at[8] != ' ' || at[12] != ' ' ||
		http_decimal((struct http_text){ at + 9, 3 }, 599, &code) < 0 || code < 100)
		return -EBADMSG;
	r = version(at, at + 8, &s.minor);
	if (r < 0)
		return r;
	s.code = (unsigned)code;
	s.reason = text_of(at + 13, at + line->len);
	*ret = s;
	return 0;
}

int http_field(const struct http_line *line, struct http_field *ret)
{
	const char *const colon = http_find((struct http_text){ line->text, line->len }, ':');
	struct http_text name;

	if (!colon)
		return -EBADMSG;
	name = text_of(line->text, colon);
	if (!is_all_token(name))
		return -EBADMSG;
	ret->name = name;
	ret->value = trim(text_of(colon + 1, line->text + line->len));
	return 0;
}

static int add_length(struct http_framing *f, struct http_text value)
{
	uint64_t length;

	if (http_decimal(value, INT64_MAX, &length) < 0 || f->chunked)
		return -EBADMSG;
	if (f->has_length && f->length != length)
		return -EBADMSG;
	f->has_length = true;
	f->length = length;
	return 0;
}

/* Does a tab follow the value? The RFC allows it, but some programs then do not recognize the coding. */
static bool has_tab_behind(struct http_text value)
{
	const char *at = value.at + value.len;

	while (*at == ' ')
		at++;
	return *at == '\t';
}

static int add_coding(struct http_framing *f, struct http_text value)
{
	if (f->minor == 0 || f->has_length || f->chunked || has_tab_behind(value))
		return -EBADMSG;
	if (!http_is_name(value, "chunked"))
		return -ENOTSUP;
	f->chunked = true;
	return 0;
}

int http_framing_add(struct http_framing *framing, const struct http_field *field)
{
	if (http_is_name(field->name, "content-length"))
		return add_length(framing, field->value);
	if (http_is_name(field->name, "transfer-encoding"))
		return add_coding(framing, field->value);
	if (http_is_name(field->name, "connection")) {
		framing->close |= http_list_has(field->value, "close");
		framing->keep_alive |= http_list_has(field->value, "keep-alive");
	}
	return 0;
}

bool http_framing_keeps(const struct http_framing *framing)
{
	return !framing->close && (framing->minor > 0 || framing->keep_alive);
}
