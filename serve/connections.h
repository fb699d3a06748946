/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_CONNECTIONS_H
#define SERVE_CONNECTIONS_H

#include <event2/event.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "serve/client.h"
#include "serve/crowd.h"
#include "serve/listener.h"
#include "serve/subuids.h"

#define CONNECTIONS_MAX        2048
#define CONNECTIONS_SILENT     128 /* of one account, that have asked nothing yet */
#define CONNECTIONS_ACCEPTS    16  /* in one pass of the loop */
#define CONNECTIONS_ANSWERS    32
#define CONNECTIONS_ENTRIES    1000 /* in the journal, of one account at once; and a second: */
#define CONNECTIONS_ENTRY_RATE 10

/*
 * The clients that are connected, on whichever listener. Over the limit of silent ones an account's oldest is
 * closed. Over the limit of all, one of the account that has most is closed: the oldest silent one, else the
 * oldest that still may send its note. One that waits for an answer is never closed for another. The work for
 * one connection does not grow with their number.
 */
struct connections {
	struct event_base *base;
	struct desk *desk;
	struct connection_list list; /* all, in the order of arrival */
	struct accounts accounts;
	const struct subuids *subuids;
	struct crowd crowd;
	bool took;        /* blocks from the stock, since the caller last set it back */
	uint8_t *answer;  /* secret */
	int64_t quiet_ms; /* the next entry in the journal on what is only counted is due then */
	struct limit entries;               /* in the journal, by account */
	unsigned unlisted, unlisted_blocks; /* handed out without an entry of its own */
	account_id unlisted_account;
	/* What root and the daemon's user are told, by serve/status.h; the owner sets these two. */
	size_t (*status)(const void *of, char *out);
	const void *status_of;
	char *status_text;
};

/** connections_init - needs connections_clear() in the end, also after an error. Returns: 0 or -ENOMEM. */
int connections_init(struct connections *cs, struct event_base *base, struct desk *desk,
	const struct subuids *subuids);

/** connections_clear - close all. */
void connections_clear(struct connections *cs);

/**
 * connections_accept - clients that have connected on @l, at most @max
 * Returns: 0, or the -errno for which nobody can be accepted now.
 */
int connections_accept(struct connections *cs, const struct listener *l, unsigned max);

/** connections_answer - send CONNECTIONS_ANSWERS answers that are due; returns whether there may be more. */
bool connections_answer(struct connections *cs);

/** connections_dismiss - close the clients that have not asked yet; those that wait for an answer or may send a note stay. */
void connections_dismiss(struct connections *cs);

#endif
