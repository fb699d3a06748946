/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_ROUND_H
#define SERVE_ROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

/*
 * Decides which stream is served next: deficit round robin in bytes, after RFC 8290, section 4.2; serve/turns.h does
 * the same in blocks. In each round a stream may be sent the quantum times its weight, in bytes, but no more than the
 * quantum in one visit. So streams that always want bytes get them in proportion to their weights. Two kinds of stream
 * are visited before the round goes on: a newcomer, which has wanted nothing recently, and a stream that has not used
 * up its credit of this round. Only one stream of each group is among these newcomers; otherwise a client that connects
 * without end would let all other newcomers wait. The group's other streams wait in the round until it is their turn to be
 * the newcomer, so that none of them waits for more than a round. Pure; a visit takes constant time.
 */
#define ROUND_QUANTUM 4096
#define ROUND_FRESH   8 /* visits to newcomers in a row; then the round goes on even if more wait */

/* The list that contains a place: none, the list of newcomers, or the round. */
enum round_list { ROUND_AWAY, ROUND_NEW, ROUND_OLD };

/* One stream's place. */
struct round_place {
	TAILQ_ENTRY(round_place) entry;
	int64_t credit;  /* bytes that it may still be sent in this round */
	uint32_t weight; /* 0 is treated as 1 */
	uint64_t part;   /* the serial number of the last credit that the place was given */
	struct round_group *group; /* NULL: none; not changed while the place is in a list */
	TAILQ_ENTRY(round_place) later_entry;
	enum round_list list;
	bool later; /* in the round, and in @group->later */
	bool wants; /* the stream wants to be visited */
};

TAILQ_HEAD(round_places, round_place);

/* The places of one client in one round. */
struct round_group {
	bool has_newcomer;         /* one of its places is among the newcomers */
	struct round_places later; /* its places that become newcomers after that one */
};

struct round {
	struct round_places fresh, old;
	uint32_t quantum; /* bytes; ROUND_QUANTUM unless the owner sets less */
	size_t wanting;   /* number of places that want to be visited */
	uint64_t parts;   /* number of times that any place was given credit */
	unsigned streak;  /* visits to newcomers since the last visit in the round */
};

void round_init(struct round *r);
void round_group_init(struct round_group *g);

/** round_want - the stream of @p wants to be visited; no effect if it already wanted that. */
void round_want(struct round *r, struct round_place *p);

/**
 * round_visit - choose the next stream to serve
 * The caller sends to it up to @r->quantum bytes, but no more than @p->credit, subtracts the bytes sent from
 * @p->credit, and calls round_done(). Returns: the stream's place @p; NULL: no stream wants to be visited.
 */
struct round_place *round_visit(struct round *r);

/** round_done - end the visit. @more: the stream wants another visit. */
void round_done(struct round *r, struct round_place *p, bool more);

/** round_leave - remove @p; if it wants a visit again, it is a newcomer. */
void round_leave(struct round *r, struct round_place *p);

#endif
