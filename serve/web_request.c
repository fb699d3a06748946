/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/web_request.h"

#include <errno.h>

static bool refuse(struct web_request *q, unsigned status, const char *why)
{
	q->part = WEB_WHOLE;
	q->status = status;
	q->why = why;
	return true;
}

/* Refuses the request. The connection cannot be used any further, because nobody knows where the next request would
 * begin. */
static bool fail(struct web_request *q, unsigned status, const char *why)
{
	q->over = true;
	return refuse(q, status, why);
}

static enum web_method method_of(struct http_text method)
{
	return http_is(method, "POST")  ? WEB_POST :
		http_is(method, "GET")  ? WEB_GET :
		http_is(method, "HEAD") ? WEB_HEAD :
					  WEB_OTHER;
}

static bool take_first(
	struct web_request *q, const struct web_site *site, const struct listen_options *o)
{
	struct http_request first;
	const int r = http_request(&q->line, &first);

	if (r < 0)
		return fail(q, 400,
			r == -EPROTONOSUPPORT ? "the version is neither HTTP/1.1 nor HTTP/1.0" :
						"the request line is malformed");
	q->framing.minor = first.minor;
	q->method = method_of(first.method);
	q->page = site->route(o, first.target);
	q->part = WEB_FIELDS;
	return false;
}

static bool take_field(struct web_request *q)
{
	struct http_field field;
	int r = http_field(&q->line, &field);

	if (r < 0)
		return fail(q, 400, "a header field is malformed");
	if (++q->fields > WEB_FIELDS_MAX)
		return fail(q, 400, "too many header fields");
	if (http_is_name(field.name, "host"))
		q->hosts++;
	else if (http_is_name(field.name, "expect"))
		q->expects = http_is_name(field.value, "100-continue");
	r = http_framing_add(&q->framing, &field);
	if (r == -ENOTSUP)
		q->coded = true;
	else if (r < 0)
		return fail(q, 400, "the length of the body is ambiguous");
	return false;
}

static bool has_body(const struct web_request *q)
{
	return q->coded || q->framing.chunked || q->framing.length > 0;
}

static bool begin_body(struct web_request *q)
{
	if (q->coded || q->framing.chunked || !q->framing.has_length)
		return fail(q, 411, "the body must have a Content-Length and no transfer coding");
	if (q->framing.length > WEB_BODY_MAX)
		return fail(q, 413, "the body is longer than 512 KiB");
	q->left = (uint32_t)q->framing.length;
	member_init(&q->member, "instance-id");
	q->part = q->left > 0 ? WEB_BODY : WEB_WHOLE;
	return q->left == 0;
}

static bool end_head(struct web_request *q, const struct web_site *site)
{
	const bool posts = q->method == WEB_POST,
		   gets = q->method == WEB_GET || q->method == WEB_HEAD;

	if (q->hosts > 1 || (q->hosts == 0 && q->framing.minor > 0))
		return fail(q, 400, "the request must have exactly one Host field");
	q->over = has_body(q);
	if (q->page < 0)
		return refuse(q, 404, "there is no such page");
	if (site->posts ? !posts : !gets)
		return refuse(q, 405,
			site->posts ? "only POST is allowed" : "only GET and HEAD are allowed");
	q->over = false;
	if (posts)
		return begin_body(q);
	if (has_body(q))
		return fail(q, 400, "a request with this method must not have a body");
	q->part = WEB_WHOLE;
	return true;
}

static bool take_line(
	struct web_request *q, const struct web_site *site, const struct listen_options *o)
{
	if (q->part == WEB_FIRST_LINE)
		return take_first(q, site, o);
	return q->line.len > 0 ? take_field(q) : end_head(q, site);
}

static bool take_head(struct web_request *q, const struct web_site *site,
	const struct listen_options *o, const uint8_t *raw, size_t len, size_t *ret_used)
{
	const int r = http_line_take(&q->line, raw, len, ret_used);

	q->head = (uint16_t)(q->head + *ret_used);
	if (r == -EMSGSIZE)
		return fail(q, 400, "a line of the head is too long");
	if (r < 0)
		return fail(q, 400, "a line of the head is malformed");
	if (q->head > WEB_HEAD_MAX)
		return fail(q, 400, "the head is too long");
	return r == 1 && take_line(q, site, o);
}

static bool take_body(struct web_request *q, const uint8_t *raw, size_t len, size_t *ret_used)
{
	const size_t n = len < q->left ? len : q->left;

	*ret_used = n;
	q->left -= (uint32_t)n;
	if (member_take(&q->member, raw, n) < 0)
		return fail(q, 400, "the body is not a JSON object");
	if (q->left == 0)
		q->part = WEB_WHOLE;
	return q->left == 0;
}

bool web_request_take(struct web_request *q, const struct web_site *site,
	const struct listen_options *o, const uint8_t *raw, size_t len, size_t *ret_used)
{
	size_t at = 0, used;
	bool whole = false;

	while (at < len && !whole) {
		if (q->part == WEB_BODY)
			whole = take_body(q, raw + at, len - at, &used);
		else
			whole = take_head(q, site, o, raw + at, len - at, &used);
		at += used;
	}
	*ret_used = at;
	return whole;
}

bool web_request_keeps(const struct web_request *q)
{
	return !q->over && q->framing.minor > 0 && http_framing_keeps(&q->framing);
}
