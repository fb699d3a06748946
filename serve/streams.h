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
#define STREAMS_AHEAD   256 /* bytes that `framing = qemu` keeps unread in a client's socket ... */
#define STREAMS_LOOKS   5   /* after so many it is looked whether the policy is to be asked again */
#define STREAMS_LOOK_MS 200 /* ... by looking so often whether there are any */

/*
 * The clients that read a stream of bytes from the generator, by EGD. What a client asks for is read for as long as it
 * asks, also while it is not served, so that none of them is ever kept from writing: for QEMU that would be a virtual
 * machine that stands still. They are served in turn (serve/round.h), each as fast as its rule lets it, and all as
 * fast as the budget does. The first bytes of a client wait for neither.
 *
 * Over the limit the account that has most gives way, an account here being a process of a user on one listener.
 */
struct streams {
	struct event_base *base;
	struct generator *generator;
	struct crowd crowd;
	struct accounts accounts;
	struct round round; /* of those that are served out of the budget, and ... */
	struct round boot;  /* ... of those that have bytes which nothing throttles */
	struct budget budget;
	struct event *pause;     /* until something of the budget is left */
	struct stream_list list; /* all, in the order of arrival */
	struct event
		*look; /* at the clients of listeners with `framing = qemu`, and at the policy */
	struct policy policy;
	unsigned looks;
	size_t ahead; /* how many those are */
	bool draining;
	struct tallies tallies;  /* of all listeners, the web's too */
	uint8_t *out;            /* secret; ROUND_QUANTUM bytes */
	uint64_t bytes, refused; /* sent; and clients that were not let in, or had to give way */
};

/** streams_init - needs streams_clear() in the end, also after an error. Returns: 0 or -ENOMEM. */
int streams_init(struct streams *ss, struct event_base *base, struct generator *generator);

/** streams_limit - all of them are to get no more than @budget bytes a second; 0: as many as they ask for. */
void streams_limit(struct streams *ss, uint32_t budget);

/** streams_clear - close all. */
void streams_clear(struct streams *ss);

/**
 * streams_accept - clients that have connected on @l, at most @max
 * Returns: 0, or the -errno for which nobody can be accepted now.
 */
int streams_accept(struct streams *ss, const struct listener *l, unsigned max);

/** streams_update - the clients of each listener are those of the one of that name from now on; of none: closed. */
void streams_update(struct streams *ss, const struct listen_options *o, size_t count);

/** streams_answer - serve STREAMS_VISITS of those that wait; returns whether there may be more. */
bool streams_answer(struct streams *ss);

/** streams_drain - read what has been asked for, send all that is owed, whatever the rates, and close each after that. */
void streams_drain(struct streams *ss);

#endif
