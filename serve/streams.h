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
#define STREAMS_VISITS  16  /* visits in one pass of the loop, of at most ROUND_QUANTUM bytes */
#define STREAMS_AHEAD   256 /* unread bytes that `framing = qemu` keeps in a client's socket */
#define STREAMS_LOOK_MS 200 /* how often the sockets with `framing = qemu` are checked and filled */
#define STREAMS_LOOKS   5   /* after this many checks, expired answers of the policy are renewed */

/*
 * The clients that read a stream of bytes from the generator, by EGD. The daemon keeps reading a client's requests even
 * while it does not serve them, so that the client can always write: a QEMU that cannot write would stop its virtual
 * machine. Clients are served in turn (serve/round.h). A client's rule limits its rate, and the budget limits all
 * clients together. Neither limits the first bytes of a client.
 *
 * On a unix socket, an account here is one process of one user on one listener, and its connections are a group in each
 * round. By TCP, or from outside the daemon's PID namespace, all clients of a listener share an account, and they are no
 * group. If there are too many connections, the account with the most connections loses one.
 */
struct streams {
	struct event_base *base;
	struct generator *generator;
	struct crowd crowd;
	struct accounts accounts;
	struct round round; /* the streams that the budget limits */
	struct round boot;  /* the streams that have bytes left which nothing throttles */
	struct budget budget;
	struct event *pause;     /* wakes the loop when the budget allows more */
	struct stream_list list; /* all connections, in the order of arrival */
	struct event *look;      /* checks the clients with `framing = qemu`, and the policy */
	struct policy policy;
	unsigned looks; /* number of these checks */
	size_t ahead;   /* number of clients with `framing = qemu` */
	bool draining;
	struct tallies tallies; /* of all listeners, including those of HTTP */
	uint8_t *out;           /* secret; ROUND_QUANTUM bytes */
	uint64_t bytes;         /* bytes sent */
	uint64_t refused;       /* connections that were not accepted, or closed to make room */
};

/** streams_init - set up; needs streams_clear() in the end, also after an error. Returns: 0 or -ENOMEM. */
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

/** streams_answer - visit up to STREAMS_VISITS streams that want a visit. Returns: whether more may want one. */
bool streams_answer(struct streams *ss);

/**
 * streams_drain - read the requests that were already sent, answer them all without regard to rates, and then close
 * each client
 */
void streams_drain(struct streams *ss);

#endif
