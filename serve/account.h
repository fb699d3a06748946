/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_ACCOUNT_H
#define SERVE_ACCOUNT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "serve/turns.h"

/* The party that is charged for what a client takes; several clients may share one. Two accounts are the same
 * if and only if their numbers are. A local user's is the uid, or that of the user whose subordinate uid it is. */
typedef uint64_t account_id;

#define ACCOUNT_STATES     4
#define ACCOUNT_WEB_STATES 5

TAILQ_HEAD(connection_list, connection);
TAILQ_HEAD(stream_list, stream);
TAILQ_HEAD(web_list, web_client);
TAILQ_HEAD(account_rank, account);

/* One account that has connections, or had some a moment ago. */
struct account {
	account_id id;
	size_t references;
	SLIST_ENTRY(account) chain; /* with those of the same hash */
	/* serve/desk.c's: */
	struct turn share, surplus;
	/* serve/crowd.c's: */
	size_t connections;
	TAILQ_ENTRY(account) rank; /* with accounts that have as many connections */
	/* serve/streams.c's, in the order of arrival: */
	struct stream_list streams;
	/* serve/web.c's, by enum web_state: */
	struct web_list by_web[ACCOUNT_WEB_STATES];
	/* serve/connections.c's: */
	size_t silent; /* those of its connections that have asked nothing yet */
	struct connection_list by_state[ACCOUNT_STATES]; /* its connections, by enum client_state */
};

#define ACCOUNTS_HASH 1024

struct accounts {
	SLIST_HEAD(account_chain, account) chain[ACCOUNTS_HASH];
};

/** accounts_init - no account yet; each is given back with account_release(), so there is nothing to clear. */
void accounts_init(struct accounts *as);

/** account_get - the account @id, created if need be; the caller owns a reference. NULL: no memory. */
struct account *account_get(struct accounts *as, account_id id);

/** account_release - give back a reference; with the last one the account is freed. */
void account_release(struct accounts *as, struct account *a);

#endif
