/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/round.h"

void round_init(struct round *r)
{
	*r = (struct round){ .quantum = ROUND_QUANTUM };
	TAILQ_INIT(&r->fresh);
	TAILQ_INIT(&r->old);
}

void round_group_init(struct round_group *g)
{
	*g = (struct round_group){ 0 };
	TAILQ_INIT(&g->later);
}

static struct round_places *list_of(struct round *r, enum round_list list)
{
	return list == ROUND_NEW ? &r->fresh : &r->old;
}

static void move(struct round *r, struct round_place *p, enum round_list list)
{
	if (p->later)
		TAILQ_REMOVE(&p->group->later, p, later_entry);
	p->later = false;
	if (p->list != ROUND_AWAY)
		TAILQ_REMOVE(list_of(r, p->list), p, entry);
	p->list = list;
	if (list != ROUND_AWAY)
		TAILQ_INSERT_TAIL(list_of(r, list), p, entry);
}

/* Makes @p a newcomer, or the last of its group that become one later. */
static void make_newcomer(struct round *r, struct round_place *p)
{
	struct round_group *g = p->group;

	if (g && g->has_newcomer) {
		if (p->list == ROUND_AWAY)
			move(r, p, ROUND_OLD);
		p->later = true;
		TAILQ_INSERT_TAIL(&g->later, p, later_entry);
		return;
	}
	move(r, p, ROUND_NEW);
	if (g)
		g->has_newcomer = true;
}

/* Moves @p to another list. If @p was a newcomer, the next place of its group becomes one. */
static void put(struct round *r, struct round_place *p, enum round_list list)
{
	struct round_group *g = p->list == ROUND_NEW ? p->group : NULL;
	struct round_place *following = g ? TAILQ_FIRST(&g->later) : NULL;

	move(r, p, list);
	if (g)
		g->has_newcomer = following != NULL;
	if (following)
		move(r, following, ROUND_NEW);
}

static void set_wants(struct round *r, struct round_place *p, bool wants)
{
	r->wanting += wants;
	r->wanting -= p->wants;
	p->wants = wants;
}

void round_want(struct round *r, struct round_place *p)
{
	/* The place's round is over once each of the other places that want a visit has had a turn after this one. */
	const bool over = p->list == ROUND_AWAY || r->parts - p->part > r->wanting;

	if (p->wants)
		return;
	set_wants(r, p, true);
	if (over && p->credit > 0)
		p->credit = 0;
	if (over || p->credit > 0)
		make_newcomer(r, p);
}

/* Returns: the next place in the round. Removes the places of streams that have not asked for another visit. */
static struct round_place *next_old(struct round *r)
{
	struct round_place *p;

	while ((p = TAILQ_FIRST(&r->old)) && !p->wants)
		put(r, p, ROUND_AWAY);
	return p;
}

static struct round_place *next(struct round *r)
{
	struct round_place *p = TAILQ_FIRST(&r->fresh);

	if (p && r->streak < ROUND_FRESH) {
		r->streak++;
		return p;
	}
	r->streak = 0;
	p = next_old(r);
	return p ? p : TAILQ_FIRST(&r->fresh);
}

struct round_place *round_visit(struct round *r)
{
	struct round_place *p;

	if (r->wanting == 0)
		return NULL;
	p = next(r);
	if (p->credit <= 0) {
		p->credit += (int64_t)r->quantum * (p->weight > 0 ? p->weight : 1);
		p->part = r->parts++;
	}
	return p;
}

void round_done(struct round *r, struct round_place *p, bool more)
{
	set_wants(r, p, more);
	/* While other streams wait, this stream keeps its place in the round and its remaining credit. Otherwise it
	 * would get new credit for each request. */
	put(r, p, more || r->wanting > 0 ? ROUND_OLD : ROUND_AWAY);
	/* The stream stays at the head until its credit of this round is used up. */
	if (more && p->credit > 0) {
		TAILQ_REMOVE(&r->old, p, entry);
		TAILQ_INSERT_HEAD(&r->old, p, entry);
	}
}

void round_leave(struct round *r, struct round_place *p)
{
	set_wants(r, p, false);
	put(r, p, ROUND_AWAY);
}
