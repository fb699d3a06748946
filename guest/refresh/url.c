/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/refresh/url.h"

#include <string.h>

#include "guest/sys.h"
#include "util/hex.h"

#define SCHEME    "http://"
#define HTTP_PORT 80
#define WORDS     8 /* of 16 bits, in an IPv6 address */

/* The part of a text that is not parsed yet. */
struct rest {
	const char *at, *end;
};

static int peek(const struct rest *r)
{
	return r->at < r->end ? (unsigned char)*r->at : -1;
}

static bool take(struct rest *r, int c)
{
	if (peek(r) != c)
		return false;
	r->at++;
	return true;
}

/* Parses a decimal number without leading zeros. Returns: -1 if the text does not begin with one, or if it exceeds
 * @max. */
static long take_number(struct rest *r, long max)
{
	const char *begin = r->at;
	long value = 0;

	while (peek(r) >= '0' && peek(r) <= '9' && value <= max)
		value = value * 10 + (*r->at++ - '0');
	if (r->at == begin || value > max || (*begin == '0' && r->at > begin + 1))
		return -1;
	return value;
}

static bool take_v4(struct rest *r, uint8_t out[4])
{
	int i;

	for (i = 0; i < 4; i++) {
		const long byte = i == 0 || take(r, '.') ? take_number(r, 255) : -1;

		if (byte < 0)
			return false;
		out[i] = (uint8_t)byte;
	}
	return true;
}

/* Parses one to four hexadecimal digits. Returns: -1 if there is no digit, or if there are more than four. */
static long take_word(struct rest *r)
{
	long value = 0;
	int i;

	for (i = 0; i < 4 && hex_digit(peek(r)) >= 0; i++)
		value = value << 4 | hex_digit(*r->at++);
	return i > 0 && hex_digit(peek(r)) < 0 ? value : -1;
}

/* Parses words until the end, a "::" or an error. Returns: how many; or -1. An IPv4 address at the end is not accepted,
 * because no metadata service has such an address. */
static int take_words(struct rest *r, uint8_t *out, int max)
{
	int n = 0;
	long word;

	if (hex_digit(peek(r)) < 0)
		return 0;
	do {
		word = n < max ? take_word(r) : -1;
		if (word < 0)
			return -1;
		out[2 * n] = (uint8_t)(word >> 8);
		out[2 * n++ + 1] = (uint8_t)word;
	} while (r->end - r->at > 1 && r->at[1] != ':' && take(r, ':'));
	return n;
}

static bool take_v6(struct rest *r, uint8_t out[16])
{
	uint8_t behind[16];
	const int n = take_words(r, out, WORDS);
	int m;

	if (n == WORDS)
		return true;
	if (n < 0 || !take(r, ':') || !take(r, ':'))
		return false;
	m = take_words(r, behind, WORDS - 1 - n);
	if (m < 0)
		return false;
	memset(out + 2 * n, 0, 2 * (size_t)(WORDS - n - m));
	memcpy(out + 2 * (WORDS - m), behind, 2 * (size_t)m);
	return true;
}

/* Parses the name of an interface. Only names that do no harm in a path are accepted. */
static bool take_zone(struct rest *r, char zone[ZONE_MAX])
{
	size_t n = 0;

	while (r->at < r->end && n < ZONE_MAX - 1 && *r->at > ' ' && *r->at <= '~' && *r->at != '/')
		zone[n++] = *r->at++;
	zone[n] = '\0';
	return n > 0 && r->at == r->end && strcmp(zone, ".") != 0 && strcmp(zone, "..") != 0;
}

bool url_address(const char *text, size_t len, struct url *ret)
{
	struct rest r = { text, text + len };

	ret->is_v6 = true;
	if (take_v6(&r, ret->address))
		return r.at == r.end || (take(&r, '%') && take_zone(&r, ret->zone));
	r.at = text;
	ret->is_v6 = false;
	return take_v4(&r, ret->address) && r.at == r.end;
}

static bool is_link_local(const struct url *u)
{
	return u->is_v6 && u->address[0] == 0xfe && (u->address[1] & 0xc0) == 0x80;
}

/* Parses the address, which ends at a port, a path or the end of the text. An IPv6 address must be in brackets. */
static bool parse_host(struct rest *r, struct url *ret)
{
	const bool brackets = take(r, '[');
	const char *begin = r->at;
	char address[48] = ""; /* without its zone, at most 39 characters */
	size_t len, n;

	while (r->at < r->end && *r->at != ']' && *r->at != '/' && (brackets || *r->at != ':'))
		r->at++;
	len = (size_t)(r->at - begin);
	if (!url_address(begin, len, ret) || ret->is_v6 != brackets || (brackets && !take(r, ']')))
		return false;
	for (n = 0; n < len && begin[n] != '%';)
		n++;
	if (n >= sizeof(address))
		return false;
	memcpy(address, begin, n);
	return sys_join(
		ret->host, sizeof(ret->host), brackets ? "[" : "", address, brackets ? "]" : "");
}

static bool parse_port(struct rest *r, struct url *ret)
{
	char digits[8] = { 0 };
	long port;

	ret->port = HTTP_PORT;
	if (!take(r, ':'))
		return true;
	port = take_number(r, UINT16_MAX);
	if (port <= 0)
		return false;
	ret->port = (uint16_t)port;
	if (port == HTTP_PORT)
		return true;
	return sys_join(ret->host + strlen(ret->host), sizeof(ret->host) - strlen(ret->host), ":",
		sys_number(digits + sizeof(digits) - 1, (uint64_t)port), "");
}

/* Parses the path. It is put into the request unchanged, so characters that would end a line or a word are refused. */
static const char *parse_path(struct rest *r, struct url *ret)
{
	const char *c;

	if (r->at == r->end)
		r->at = "/", r->end = r->at + 1;
	if (*r->at != '/')
		return "must be http://ADDRESS[:PORT]/PATH";
	for (c = r->at; c < r->end; c++)
		if (*c <= ' ' || *c > '~' || *c == '#')
			return "its path has a character that must be written as %XX";
	if (r->end - r->at >= URL_PATH_MAX)
		return "its path is longer than 511 characters";
	memcpy(ret->path, r->at, (size_t)(r->end - r->at));
	return NULL;
}

const char *url_parse(const char *text, struct url *ret)
{
	struct url url = { 0 };
	struct rest r = { text, text + strlen(text) };
	const char *why;

	if (strncmp(text, SCHEME, strlen(SCHEME)) != 0)
		return "must begin with http://";
	r.at += strlen(SCHEME);
	if (!parse_host(&r, &url))
		return "must have an address in numbers, IPv6 in brackets";
	if (is_link_local(&url) && !url.zone[0])
		return "a link-local address needs its interface, as in [fe80::1%eth0]";
	if (!parse_port(&r, &url))
		return "its port must be a number from 1 to 65535";
	why = parse_path(&r, &url);
	if (!why)
		*ret = url;
	return why;
}
