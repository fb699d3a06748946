/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/turns.h"
#include "serve/desk.h"

void turns_init(struct turns *t)
{
	*t = (struct turns){ 0 };
	TAILQ_INIT(&t->fresh);
	TAILQ_INIT(&t->round);
}

void turn_init(struct turn *turn)
{
	*turn = (struct turn){ 0 };
	TAILQ_INIT(&turn->queue);
}

static struct turn_entries *list_of(struct turns *t, enum turn_list list)
{
	return list == TURN_FRESH ? &t->fresh : &t->round;
}

static void leave(struct turns *t, struct turn *turn)
{
	TAILQ_REMOVE(list_of(t, turn->list), turn, entry);
	turn->list = TURN_NONE;
}

void turn_leave(struct turn *turn)
{
	if (turn->list != TURN_NONE)
		leave(turn->all, turn);
}

static void enter(struct turns *t, struct turn *turn, enum turn_list list)
{
	TAILQ_INSERT_TAIL(list_of(t, list), turn, entry);
	turn->list = list;
	turn->all = t;
}

void turns_add(struct turns *t, struct turn *turn, struct desk_request *q)
{
	TAILQ_INSERT_TAIL(&turn->queue, q, turn_entry);
	t->waiting++;
	if (turn->list != TURN_NONE)
		return;
	turn->deficit = TURNS_QUANTUM;
	enter(t, turn, TURN_FRESH);
}

void turns_remove(struct turns *t, struct turn *turn, struct desk_request *q)
{
	TAILQ_REMOVE(&turn->queue, q, turn_entry);
	t->waiting--;
	if (t->head == q) {
		t->head = NULL;
		turn->deficit -= q->blocks;
	}
	if (!TAILQ_EMPTY(&turn->queue))
		return;
	/* While others wait, the account keeps its place in the round. Otherwise it would be a newcomer with its next
	 * request. */
	if (t->waiting == 0) {
		leave(t, turn);
	} else if (turn->list == TURN_FRESH) {
		leave(t, turn);
		enter(t, turn, TURN_ROUND);
	}
}

/* Returns: the next account in the round. Removes the places of accounts that have no request. */
static struct turn *next_in_round(struct turns *t)
{
	struct turn *turn;

	while ((turn = TAILQ_FIRST(&t->round)) && TAILQ_EMPTY(&turn->queue))
		leave(t, turn);
	return turn;
}

static struct turn *next(struct turns *t)
{
	struct turn *turn = TAILQ_FIRST(&t->fresh);

	if (turn && t->streak < TURNS_FRESH) {
		t->streak++;
		return turn;
	}
	t->streak = 0;
	turn = next_in_round(t);
	return turn ? turn : TAILQ_FIRST(&t->fresh);
}

static void visit(struct turns *t)
{
	struct turn *turn = next(t);
	struct desk_request *q = TAILQ_FIRST(&turn->queue);

	if (q->blocks <= turn->deficit) {
		t->head = q;
		return;
	}
	turn->deficit += TURNS_QUANTUM;
	leave(t, turn);
	enter(t, turn, TURN_ROUND);
}

struct desk_request *turns_head(struct turns *t)
{
	while (!t->head && t->waiting > 0)
		visit(t);
	return t->head;
}
