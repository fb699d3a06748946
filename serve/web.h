/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_WEB_H
#define SERVE_WEB_H

#include <event2/event.h>
#include <stdbool.h>

#include "serve/crowd.h"
#include "serve/listener.h"
#include "serve/tally.h"
#include "serve/vendordata.h"
#include "serve/web_request.h"

#define WEB_MAX 2048 /* connections */
/* Connections of one account. The account stands for a process of a user, an address, or the loopback. */
#define WEB_CLIENT_MAX 1024
/* Deadline of a whole request, counted from its first byte or from the connection; and then of its answer. */
#define WEB_REQUEST_MS 5000
#define WEB_IDLE_MS    60000 /* between two requests */
#define WEB_LINGER_MS  1000  /* for a client that is still sending, to read the refusal */
#define WEB_SPARE_MS   250   /* a request younger than this is not closed to make room */
#define WEB_INPUT_MAX  4096  /* bytes read at once */
#define WEB_ANSWERS    32    /* in one pass of the loop */
#define WEB_ANSWER_MAX 65536 /* bytes of a body */
#define WEB_HEAD_ROOM  256   /* bytes reserved for the head, before the body */

struct status_parts;

/* The answer of a site to a request. The caller sets @body, the status 200 and an empty text; the site changes what it
 * needs. */
struct web_answer {
	unsigned status;
	const char *type;  /* Content-Type of the body */
	const char *allow; /* allowed methods, for status 405 */
	char *body;        /* room for WEB_ANSWER_MAX bytes */
	size_t len;        /* bytes of the body */
};

/** web_refuse - answer with an error: @status, and one line of text with the status and @why. */
void web_refuse(struct web_answer *ret, unsigned status, const char *why);

/* Kinds of answers that are counted: status 2xx, 4xx and 5xx. */
enum { WEB_DONE, WEB_REFUSED, WEB_UNABLE, WEB_KINDS };

/*
 * The clients that speak HTTP, on all listeners. A request has one deadline from its first byte to its last, and its
 * answer has another one, no matter how the bytes arrive. Bodies are not kept. Accounts are answered in turn, one request
 * at a time; of WEB_ANSWERS answers one goes to the request that has waited longest. An account that has too many
 * connections loses one. If there are too many connections in all, the account with the most loses one. It loses the
 * connection whose request has been incomplete longest; if no request is incomplete, the connection that has been idle
 * longest. A connection whose complete request is not answered yet is never closed for this, because it is answered soon.
 */
struct web {
	struct event_base *base;
	struct crowd crowd;
	struct accounts accounts;
	struct tallies *tallies;
	struct web_list list[ACCOUNT_WEB_STATES]; /* each sorted by deadline, the earliest first */
	/* The accounts with a request to answer, in the order of their turns. */
	struct account_line due;
	struct event *sweep;
	bool draining;
	uint8_t *in, *out; /* secret */
	struct vendordata vendordata;
	const struct status_parts *parts; /* for serve/metrics.h; the owner sets it */
	uint64_t answers[WEB_KINDS], timeouts;
	uint64_t refused; /* connections that were not accepted, or closed to make room */
};

/** web_init - set up; needs web_clear() in the end, also after an error. Returns: 0 or -errno. */
int web_init(struct web *w, struct event_base *base, struct generator *generator,
	struct tallies *tallies);

/** web_clear - close all connections. */
void web_clear(struct web *w);

/** web_accept - the same as streams_accept(), for clients that speak HTTP. */
int web_accept(struct web *w, const struct listener *l, unsigned max);

/** web_answer - answer up to WEB_ANSWERS complete requests, in turn. Returns: whether more requests wait. */
bool web_answer(struct web *w, int64_t now_ms);

/** web_update - assign each client to the listener in @o with the same name; close it if there is none. */
void web_update(struct web *w, const struct listen_options *o, size_t count);

/** web_drain - close the idle connections now, and each of the other connections after its answer. */
void web_drain(struct web *w);

#endif
