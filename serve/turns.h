/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_TURNS_H
#define SERVE_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct desk_request;
struct turns;

/*
 * Decides whose request is next: deficit round robin over accounts, after RFC 8290, section 4.2. In each round an
 * account may take TURNS_QUANTUM blocks; for a larger request it saves them up over several rounds. So in the long run,
 * all accounts that ask without pause get the same number of blocks, whatever the number and size of their requests. A
 * newcomer, which has asked for nothing recently, is served before the round goes on. Pure. On average, to choose a
 * request takes constant time; at most, a time that grows with its blocks divided by TURNS_QUANTUM.
 */
#define TURNS_QUANTUM 2 /* blocks */
#define TURNS_FRESH   8 /* visits to newcomers in a row; then the round goes on even if more wait */

/* The list that contains a turn: none, the list of newcomers, or the round. */
enum turn_list { TURN_NONE, TURN_FRESH, TURN_ROUND };

/* One account's place. */
struct turn {
	TAILQ_HEAD(turn_queue, desk_request)
	queue;            /* its waiting requests, in the order of arrival */
	uint32_t deficit; /* blocks that it may take now */
	enum turn_list list;
	struct turns *all;
	TAILQ_ENTRY(turn) entry;
};

struct turns {
	TAILQ_HEAD(turn_entries, turn) fresh, round;
	size_t waiting;            /* number of waiting requests of all accounts */
	unsigned streak;           /* visits to newcomers since the last visit in the round */
	struct desk_request *head; /* see turns_head(); NULL: not chosen yet */
};

void turns_init(struct turns *t);
void turn_init(struct turn *turn);

/** turns_add - queue @q, a request of the account that owns @turn. */
void turns_add(struct turns *t, struct turn *turn, struct desk_request *q);

/**
 * turns_remove - remove @q from the queue. If @q was the head, its account has had its turn, even if @q was not served.
 */
void turns_remove(struct turns *t, struct turn *turn, struct desk_request *q);

/**
 * turns_head - the request whose turn it is; NULL: no request waits
 * A request stays the head until it is removed, so no later request overtakes it.
 */
struct desk_request *turns_head(struct turns *t);

/** turn_leave - remove the place of an account that is being freed; it must have no waiting request. */
void turn_leave(struct turn *turn);

#endif
