/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_CROWD_H
#define SERVE_CROWD_H

#include "serve/account.h"

#define CROWD_MAX 4096

/*
 * Knows how many connections each account has, and finds the account with the most: it loses one when there are too
 * many. The work for one connection does not grow with the number of connections.
 */
struct crowd {
	size_t count; /* of all connections */
	size_t most;  /* the largest number of connections that one account has */
	struct account_rank rank[CROWD_MAX + 1]; /* rank[n]: the accounts that have n connections */
};

void crowd_init(struct crowd *c);

/** crowd_enter - @a has one more connection; there must be fewer than CROWD_MAX. */
void crowd_enter(struct crowd *c, struct account *a);

/** crowd_leave - @a has one connection less. */
void crowd_leave(struct crowd *c, struct account *a);

/**
 * crowd_largest - the account with the most connections; if several have as many, the one that reached this number
 * first. NULL: none.
 */
struct account *crowd_largest(struct crowd *c);

#endif
