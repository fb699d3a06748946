/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_WEB_REQUEST_H
#define SERVE_WEB_REQUEST_H

#include "serve/member.h"
#include "util/wire/http.h"

#define WEB_LINE_MAX   2048 /* characters of a line of the head */
#define WEB_HEAD_MAX   8192 /* bytes of the head */
#define WEB_FIELDS_MAX 64
#define WEB_BODY_MAX \
	(512 * 1024) /* user-data of 64 KiB, and 128 items of metadata in the longest form of JSON */

struct listen_options;
struct web;
struct web_request;
struct web_answer;

enum web_method { WEB_OTHER, WEB_GET, WEB_HEAD, WEB_POST };

/* What is at an address that speaks HTTP. */
struct web_site {
	/* Which page @target is: 0 or above; -ENOENT: none. */
	int (*route)(const struct listen_options *o, struct http_text target);
	bool posts;  /* all pages take POST and nothing else; or GET and HEAD */
	bool secret; /* what it answers, so that beyond the loopback a client has to know a token */
	/* The answer to a request that is whole and has no fault. */
	void (*answer)(
		struct web *w, const struct web_request *q, int64_t now_ms, struct web_answer *ret);
};

enum web_part { WEB_FIRST_LINE, WEB_FIELDS, WEB_BODY, WEB_WHOLE };

/*
 * One request as it comes. Of its body nothing is kept but the member "instance-id". No socket, no clock. The owner sets
 * @line's text and size while a head is read; all else is zero at the beginning.
 */
struct web_request {
	enum web_part part;
	struct http_line line;
	struct http_framing framing;
	enum web_method method;
	int page;     /* of its site; -ENOENT: none */
	bool coded;   /* with a transfer coding, which is refused */
	bool expects; /* the client waits for "100 Continue" before it sends the body */
	uint16_t head, fields, hosts;
	uint32_t left; /* of the body */
	struct member member;
	/* When it is whole: */
	unsigned status; /* 0: the site answers; else a refusal, and ... */
	const char *why; /* ... its reason */
	bool over;       /* what follows on the connection cannot be read */
};

/**
 * web_request_take - the next bytes
 * @ret_used: how many of them belong to this request; written in every case
 * Returns: whether it is whole, or refused.
 */
bool web_request_take(struct web_request *q, const struct web_site *site,
	const struct listen_options *o, const uint8_t *raw, size_t len, size_t *ret_used);

/** web_request_keeps - whether the client may ask again on the same connection. */
bool web_request_keeps(const struct web_request *q);

#endif
