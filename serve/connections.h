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
#define CONNECTIONS_SILENT     128  /* silent connections that one account can have */
#define CONNECTIONS_ACCEPTS    16   /* in one pass of the event loop */
#define CONNECTIONS_ANSWERS    32   /* in one pass of the event loop */
#define CONNECTIONS_ENTRIES    1000 /* journal entries about one account: at once ... */
#define CONNECTIONS_ENTRY_RATE 10   /* ... and per second */

/*
 * The connected clients of the broker's protocol. A connection is silent until it has sent a request. If an account has
 * too many silent connections, its oldest silent one is closed. If there are too many connections in all, the account
 * with the most connections loses one: its oldest silent connection, or else its oldest one that may still send a note.
 * If it has neither, all its connections wait for an answer: the one that has waited longest is answered DESK_LIMITED.
 * But an account loses only a silent connection to a new one of its own; if it has none, the new one is not accepted.
 * The work for one connection does not grow with their number.
 */
struct connections {
	struct event_base *base;
	struct desk *desk;
	struct connection_list list; /* all connections, in the order of arrival */
	struct accounts accounts;
	const struct subuids *subuids;
	struct crowd crowd;
	bool took;            /* blocks were taken from the stock; the caller resets it */
	uint8_t *answer;      /* secret */
	int64_t quiet_ms;     /* when the next entry that counts events may go into the journal */
	struct limit entries; /* of the journal entries about each account */
	/* Handouts that have no entry in the journal, and their blocks. */
	unsigned unlisted, unlisted_blocks;
	account_id unlisted_account; /* the account of the last of these handouts */
	uint64_t refused; /* connections that were not accepted, or closed to make room */
	/* Connections that were not accepted since the last journal entry about them, and the account of the last. */
	unsigned unaccepted;
	account_id unaccepted_account;
	/* Writes the status report for root and the daemon's user. serve/status.c sets these two members. */
	size_t (*status)(const void *of, char *out);
	const void *status_of;
	char *status_text;
};

/**
 * connections_init - begin without connections; needs connections_clear() in the end, also after an error.
 * Returns: 0 or -ENOMEM.
 */
int connections_init(struct connections *cs, struct event_base *base, struct desk *desk,
	const struct subuids *subuids);

/** connections_clear - close all connections. */
void connections_clear(struct connections *cs);

/**
 * connections_accept - accept up to @max clients that have connected to @l
 * Returns: 0; -errno if the kernel can accept nobody at the moment.
 */
int connections_accept(struct connections *cs, const struct listener *l, unsigned max);

/** connections_answer - send up to CONNECTIONS_ANSWERS answers that are due. Returns: whether more may be due. */
bool connections_answer(struct connections *cs);

/** connections_dismiss - close the silent connections; clients that wait for an answer or may send a note stay. */
void connections_dismiss(struct connections *cs);

#endif
