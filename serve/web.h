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

#define WEB_MAX        2048 /* connections */
#define WEB_CLIENT_MAX 1024 /* of one client: a process of a user, an address, or the loopback */
#define WEB_REQUEST_MS \
	5000 /* for a whole request, from its first byte or the connection on; and for its answer */
#define WEB_IDLE_MS 60000 /* between two requests */
#define WEB_LINGER_MS \
	1000 /* for the client to read a refusal that came while it was still sending */
#define WEB_SPARE_MS   250 /* a request younger than that does not give way to another connection */
#define WEB_INPUT_MAX  4096  /* read at once */
#define WEB_ANSWERS    32    /* in one pass of the loop */
#define WEB_ANSWER_MAX 65536 /* of a body */
#define WEB_HEAD_ROOM  256   /* of the head, before the body */

struct status_parts;

/* What a site says to a request. The web sets @body, and the rest to "200", text and no bytes. */
struct web_answer {
	unsigned status;
	const char *type;  /* of the body */
	const char *allow; /* methods, for status 405 */
	char *body;        /* WEB_ANSWER_MAX bytes */
	size_t len;
};

/** web_refuse - one line that says the status and why. */
void web_refuse(struct web_answer *ret, unsigned status, const char *why);

/* What is counted of answers, by their first digit. */
enum { WEB_DONE, WEB_REFUSED, WEB_UNABLE, WEB_KINDS };

/*
 * The clients that speak HTTP, on whichever listener. A request has one deadline from its first byte to its last, and so
 * has its answer, whatever comes in between; bodies are not kept. Over the limits the client that has most connections
 * gives way: with the request that is incomplete for longest, else with the connection that is idle for longest. One that
 * waits for its answer never does, as it has that within a pass or two of the loop.
 */
struct web {
	struct event_base *base;
	struct crowd crowd;
	struct accounts accounts;
	struct tallies *tallies;
	struct web_list
		list[ACCOUNT_WEB_STATES]; /* each with the one first whose time is up first */
	struct event *sweep;
	bool draining;
	uint8_t *in, *out; /* secret */
	struct vendordata vendordata;
	const struct status_parts *parts; /* for serve/metrics.h; the owner sets it */
	uint64_t answers[WEB_KINDS], timeouts;
	uint64_t refused; /* connections that were not let in, or had to give way */
};

/** web_init - needs web_clear() in the end, also after an error. Returns: 0 or -errno. */
int web_init(struct web *w, struct event_base *base, struct generator *generator,
	struct tallies *tallies);

/** web_clear - close all. */
void web_clear(struct web *w);

/** web_accept - as streams_accept(). */
int web_accept(struct web *w, const struct listener *l, unsigned max);

/** web_answer - answer WEB_ANSWERS requests that are whole; returns whether there may be more. */
bool web_answer(struct web *w, int64_t now_ms);

/** web_update - the clients of each listener are those of the one of that name from now on; of none: closed. */
void web_update(struct web *w, const struct listen_options *o, size_t count);

/** web_drain - close those that are idle, and each other one after its answer. */
void web_drain(struct web *w);

#endif
