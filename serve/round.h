/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_ROUND_H
#define SERVE_ROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

/*
 * Which stream comes next: deficit round robin in bytes, after RFC 8290, section 4.2, as serve/turns.h is it in
 * blocks. In each round a stream may be sent as many bytes as the quantum times its weight, and no more than the quantum in
 * one visit; so all who want without end get bytes by their weights. One that has wanted nothing recently comes before
 * the round, and so does one that has wanted something, but less than its part of this round. Pure, and constant work a visit.
 */
#define ROUND_QUANTUM 4096
#define ROUND_FRESH \
	8 /* visits to newcomers, one after another, before the round goes on all the same */

enum round_list { ROUND_AWAY, ROUND_NEW, ROUND_OLD };

/* One stream's place. */
struct round_place {
	TAILQ_ENTRY(round_place) entry;
	int64_t credit;  /* bytes that it may be sent in this round */
	uint32_t weight; /* 0: 1 */
	uint64_t part;   /* which part of which round it had last: of all that were had */
	enum round_list list;
	bool wants;
};

TAILQ_HEAD(round_places, round_place);

struct round {
	struct round_places fresh, old;
	uint32_t quantum; /* bytes; ROUND_QUANTUM unless the owner sets less */
	size_t wanting;
	uint64_t parts;  /* of a round that were had by whomever, in all */
	unsigned streak; /* visits to newcomers since the last one to the round */
};

void round_init(struct round *r);

/** round_want - it wants to be visited; nothing changes if it does already. */
void round_want(struct round *r, struct round_place *p);

/**
 * round_visit - whose turn it is; NULL: nobody wants anything
 * It may be sent @r->quantum bytes, and no more than @p->credit. The caller sends, takes what it sent from @p->credit, and then calls round_done().
 */
struct round_place *round_visit(struct round *r);

/** round_done - @more: it wants another visit. */
void round_done(struct round *r, struct round_place *p, bool more);

/** round_leave - it ends, or is not to be visited for now, and is a newcomer when it is back. */
void round_leave(struct round *r, struct round_place *p);

#endif
