/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_ACCOUNT_H
#define SERVE_ACCOUNT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "serve/round.h"
#include "serve/turns.h"

/* The number of an account. The account is charged for what a client takes; several clients may share one account. Two
 * accounts are the same if and only if their numbers are equal. For a client on the broker's socket, the number is its
 * uid; but a subordinate uid (subuid(5)) is charged to the user who owns it. For all other clients see
 * serve/identity.h. */
typedef uint64_t account_id;

#define ACCOUNT_STATES     4
#define ACCOUNT_WEB_STATES 5

TAILQ_HEAD(connection_list, connection);
TAILQ_HEAD(stream_list, stream);
TAILQ_HEAD(web_list, web_client);
TAILQ_HEAD(account_rank, account);
TAILQ_HEAD(account_line, account);

/* An account that has at least one connection. The last account_release() frees it. */
struct account {
	account_id id;
	size_t references;
	SLIST_ENTRY(account) chain; /* links the accounts that have the same hash */
	/* Owned by serve/desk.c: */
	struct turn share, surplus;
	/* Owned by serve/crowd.c: */
	size_t connections;
	TAILQ_ENTRY(account) rank; /* list of the accounts with this number of connections */
	/* Owned by serve/streams.c; @streams is in the order of arrival: */
	struct stream_list streams;
	struct round_group boot, throttled; /* in the two rounds of the streams */
	/* Owned by serve/web.c and serve/web_client.c; @by_web is indexed by enum web_state: */
	struct web_list by_web[ACCOUNT_WEB_STATES];
	TAILQ_ENTRY(account) due; /* list of the accounts that have a request to answer */
	/* Owned by serve/connections.c: */
	size_t silent; /* number of its connections that have not sent a request yet */
	struct connection_list by_state[ACCOUNT_STATES]; /* indexed by enum client_state */
};

#define ACCOUNTS_HASH 1024

struct accounts {
	SLIST_HEAD(account_chain, account) chain[ACCOUNTS_HASH];
};

/**
 * accounts_init - make an empty set. It needs no clear: the last account_release() of each account frees that account.
 */
void accounts_init(struct accounts *as);

/** account_get - find or create the account @id. Returns: a reference that the caller owns; NULL: no memory. */
struct account *account_get(struct accounts *as, account_id id);

/** account_release - give back a reference; the last one frees the account. */
void account_release(struct accounts *as, struct account *a);

#endif
