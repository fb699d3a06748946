/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_CONNECTIONS_H
#define SERVE_CONNECTIONS_H

#include <event2/event.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "serve/client.h"
#include "serve/listener.h"

#define CONNECTIONS_MAX         512
#define CONNECTIONS_PER_ACCOUNT 128

struct connection;

/*
 * The clients that are connected, on whichever listener, the oldest first. Over the limit of an account, its
 * oldest connection is closed that does not wait for an answer; over the limit of all, that of the account
 * that has most.
 */
struct connections {
	TAILQ_HEAD(connection_list, connection) list;
	size_t count;
	struct event_base *base;
	struct desk *desk;
	bool took;       /* blocks from the stock, since the caller last set it back */
	uint8_t *answer; /* secret */
	int64_t quiet_ms; /* the next entry in the journal on requests that got nothing is due then */
};

/** connections_init - needs connections_clear() in the end, also after an error. Returns: 0 or -ENOMEM. */
int connections_init(struct connections *cs, struct event_base *base, struct desk *desk);

/** connections_clear - close all. */
void connections_clear(struct connections *cs);

/** connections_accept - everybody who has connected on @l. Returns: 0, or the -errno for which nobody can be accepted now. */
int connections_accept(struct connections *cs, const struct listener *l);

/** connections_answer - send all answers that are due, after a refill for example. */
void connections_answer(struct connections *cs);

/** connections_dismiss - close the clients that have not asked yet; those that wait for an answer or may send a note stay. */
void connections_dismiss(struct connections *cs);

#endif
