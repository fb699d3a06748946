/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_CONNECTION_H
#define SERVE_CONNECTION_H

#include <event2/event.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "serve/broker.h"

#define CONNECTIONS_MAX     512
#define CONNECTIONS_PER_UID 128

struct connection;

/* Those who are connected, the oldest first. Where there are too many of one user, his oldest goes that does
 * not wait for an answer; where there are too many in all, that of whoever has most. */
struct connections {
	TAILQ_HEAD(connection_list, connection) list;
	size_t count;
	struct event_base *base;
	struct broker *broker;
	bool gave;        /* since the caller last looked */
	uint8_t *answer;  /* secret */
	int64_t quiet_ms; /* no word in the journal about empty hands before then */
};

/** connections_init - needs connections_clear() in the end, also after an error. 0 or -ENOMEM. */
int connections_init(struct connections *cs, struct event_base *base, struct broker *broker);

/** connections_clear - close all. */
void connections_clear(struct connections *cs);

/** connections_accept - all who want in; 0, or the -errno for which none can be let in just now. */
int connections_accept(struct connections *cs, int listener);

/** connections_answer - everybody whose answer is due: after a refill, say. */
void connections_answer(struct connections *cs);

/** connections_dismiss - close those who have not asked yet; who waits for an answer, or may note, stays. */
void connections_dismiss(struct connections *cs);

#endif
