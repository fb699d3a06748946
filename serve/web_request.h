/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_WEB_REQUEST_H
#define SERVE_WEB_REQUEST_H

#include "serve/member.h"
#include "util/wire/http.h"

#define WEB_LINE_MAX   2048 /* characters of a line of the head */
#define WEB_HEAD_MAX   8192 /* bytes of the head */
#define WEB_FIELDS_MAX 64
/* The longest body: enough for 64 KiB of user-data and 128 items of metadata, all written as JSON in its longest form
 * of escapes. */
#define WEB_BODY_MAX (512 * 1024)

struct listen_options;
struct web;
struct web_request;
struct web_answer;

enum web_method { WEB_OTHER, WEB_GET, WEB_HEAD, WEB_POST };

/* The pages of a listener that speaks HTTP. */
struct web_site {
	/* Returns: the number of the page that has the path @target, 0 or more; -ENOENT: there is no such page. */
	int (*route)(const struct listen_options *o, struct http_text target);
	bool posts; /* all pages accept only POST; if false, only GET and HEAD */
	/* The answers are secret: clients need a token, except on a loopback address. */
	bool secret;
	/* Answers a request that is complete and valid. */
	void (*answer)(
		struct web *w, const struct web_request *q, int64_t now_ms, struct web_answer *ret);
};

enum web_part { WEB_FIRST_LINE, WEB_FIELDS, WEB_BODY, WEB_WHOLE };

/*
 * One request, parsed while it arrives. Nothing of its body is kept except the value of "instance-id". It has no socket
 * and no clock. While the head is read, the owner has set @line's text and size; everything else is zero at the start.
 */
struct web_request {
	enum web_part part;
	struct http_line line;
	struct http_framing framing;
	enum web_method method;
	int page;     /* the number of the page in its site; -ENOENT: there is no such page */
	bool coded;   /* it has a transfer coding, which is refused */
	bool expects; /* the client waits for "100 Continue" before it sends the body */
	/* Counts so far: bytes of the head, header fields, and how many of these fields are Host. */
	uint16_t head, fields, hosts;
	uint32_t left; /* bytes of the body still to come */
	struct member member;
	/* Valid when the request is complete: */
	unsigned
		status; /* 0: the request is valid, and the page is asked; else the HTTP status of the refusal */
	const char *why; /* the reason of the refusal */
	bool over;       /* the connection cannot be used any further */
};

/**
 * web_request_take - parse the next bytes
 * @ret_used: how many of the bytes belong to this request; always written
 * Returns: whether the request is complete, or refused.
 */
bool web_request_take(struct web_request *q, const struct web_site *site,
	const struct listen_options *o, const uint8_t *raw, size_t len, size_t *ret_used);

/** web_request_keeps - whether the connection stays open for another request. */
bool web_request_keeps(const struct web_request *q);

#endif
