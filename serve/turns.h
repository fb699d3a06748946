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
 * Whose request comes next: deficit round robin over accounts, after RFC 8290, section 4.2. In each round an
 * account may take TURNS_QUANTUM blocks, and what a large request lacks is saved up for it; so in the long run
 * all who ask without end get the same number of blocks, however many requests they make, and of whatever
 * size. An account that has asked nothing recently comes before the round. Pure, and constant work a request
 * in the mean: no more than its blocks divided by TURNS_QUANTUM.
 */
#define TURNS_QUANTUM 2 /* blocks: a seed of 256 bits */
#define TURNS_FRESH \
	8 /* visits to newcomers, one after another, before the round goes on all the same */

enum turn_list { TURN_NONE, TURN_FRESH, TURN_ROUND };

/* One account's place. */
struct turn {
	TAILQ_HEAD(turn_queue, desk_request)
	queue;            /* its requests that wait, in the order of arrival */
	uint32_t deficit; /* blocks that it may take */
	enum turn_list list;
	struct turns *all;
	TAILQ_ENTRY(turn) entry;
};

struct turns {
	TAILQ_HEAD(turn_entries, turn) fresh, round;
	size_t waiting;  /* requests in all */
	unsigned streak; /* visits to newcomers since the last one to the round */
	struct desk_request *head;
};

void turns_init(struct turns *t);
void turn_init(struct turn *turn);

/** turns_add - @q, of the account that has @turn, waits from now on. */
void turns_add(struct turns *t, struct turn *turn, struct desk_request *q);

/** turns_remove - @q waits no longer. If it was the head, it had its turn, whether it was served or not. */
void turns_remove(struct turns *t, struct turn *turn, struct desk_request *q);

/**
 * turns_head - the request whose turn it is; NULL: none waits
 * It remains the head until it is removed, so that nothing that comes later passes it.
 */
struct desk_request *turns_head(struct turns *t);

/** turn_leave - the account ends; none of its requests may wait. */
void turn_leave(struct turn *turn);

#endif
