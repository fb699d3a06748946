/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_STREAMS_H
#define SERVE_STREAMS_H

#include <event2/event.h>
#include <stdbool.h>

#include "serve/budget.h"
#include "serve/crowd.h"
#include "serve/generator.h"
#include "serve/listener.h"
#include "serve/policy.h"
#include "serve/round.h"
#include "serve/tally.h"

#define STREAMS_MAX     4096
#define STREAMS_VISITS  16  /* in one pass of the loop, of at most ROUND_QUANTUM bytes each */
#define STREAMS_AHEAD   256 /* unread bytes that `framing = qemu` keeps in a client's socket */
#define STREAMS_LOOK_MS 200 /* how often these sockets are checked and filled */
#define STREAMS_LOOKS   5   /* after this many checks, expired answers of the policy are renewed */

/*
 * The clients that read a stream of bytes from the generator, by EGD. The daemon keeps reading a client's requests even
 * while it does not serve them, so that the client can always write: a QEMU that cannot write would stop its virtual
 * machine. Clients are served in turn (serve/round.h); the rule of each limits its rate, and the budget limits all of
 * them together. Neither limits the first bytes of a client.
 *
 * An account here is a process of a user on one listener. If there are too many connections, the account with the most
 * loses one.
 */
struct streams {
	struct event_base *base;
	struct generator *generator;
	struct crowd crowd;
	struct accounts accounts;
	struct round round; /* the streams that are served out of the budget */
	struct round boot;  /* the streams that have bytes left which nothing throttles */
	struct budget budget;
	struct event *pause;     /* wakes the loop when the budget allows more */
	struct stream_list list; /* all connections, in the order of arrival */
	struct event *look;      /* checks the clients with `framing = qemu`, and the policy */
	struct policy policy;
	unsigned looks; /* number of these checks */
	size_t ahead;   /* number of clients with `framing = qemu` */
	bool draining;
	struct tallies tallies; /* of all listeners, also those of HTTP */
	uint8_t *out;           /* secret; ROUND_QUANTUM bytes */
	uint64_t bytes;         /* sent */
	uint64_t refused;       /* connections that were not accepted, or closed to make room */
};

/** streams_init - needs streams_clear() in the end, also after an error. Returns: 0 or -ENOMEM. */
int streams_init(struct streams *ss, struct event_base *base, struct generator *generator);

/** streams_limit - limit all streams together to @budget bytes a second; 0: unlimited. */
void streams_limit(struct streams *ss, uint32_t budget);

/** streams_clear - close all connections. */
void streams_clear(struct streams *ss);

/**
 * streams_accept - accept up to @max clients that have connected to @l
 * Returns: 0; -errno if the kernel can accept nobody at the moment.
 */
int streams_accept(struct streams *ss, const struct listener *l, unsigned max);

/** streams_update - assign each client to the listener in @o with the same name; close it if there is none. */
void streams_update(struct streams *ss, const struct listen_options *o, size_t count);

/** streams_answer - visit up to STREAMS_VISITS streams that want it. Returns: whether more may want it. */
bool streams_answer(struct streams *ss);

/** streams_drain - read the requests already sent, answer all without regard to rates, and close each client after that. */
void streams_drain(struct streams *ss);

#endif
