/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_CROWD_H
#define SERVE_CROWD_H

#include "serve/account.h"

#define CROWD_MAX 4096

/*
 * How many connections each account has, so that the one with most can be found: it gives way when there are too many.
 * The work for one connection does not grow with their number.
 */
struct crowd {
	size_t count, most;                      /* of all; of one account */
	struct account_rank rank[CROWD_MAX + 1]; /* accounts by the number of their connections */
};

void crowd_init(struct crowd *c);

/** crowd_enter - @a has one connection more; there must be fewer than CROWD_MAX. */
void crowd_enter(struct crowd *c, struct account *a);

/** crowd_leave - one less. */
void crowd_leave(struct crowd *c, struct account *a);

/** crowd_largest - of the accounts with most connections the one that has been so for longest; NULL: there is none. */
struct account *crowd_largest(struct crowd *c);

#endif
