/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/crowd.h"

void crowd_init(struct crowd *c)
{
	size_t i;

	*c = (struct crowd){ 0 };
	for (i = 0; i <= CROWD_MAX; i++)
		TAILQ_INIT(c->rank + i);
}

static void change(struct crowd *c, struct account *a, bool more)
{
	if (a->connections > 0)
		TAILQ_REMOVE(c->rank + a->connections, a, rank);
	a->connections += more ? 1 : (size_t)-1;
	c->count += more ? 1 : (size_t)-1;
	if (a->connections > 0)
		TAILQ_INSERT_TAIL(c->rank + a->connections, a, rank);
	if (a->connections > c->most)
		c->most = a->connections;
	/* If the account with the most connections has just lost one, the loop makes one step; otherwise none. */
	while (c->most > 0 && TAILQ_EMPTY(c->rank + c->most))
		c->most--;
}

void crowd_enter(struct crowd *c, struct account *a)
{
	change(c, a, true);
}

void crowd_leave(struct crowd *c, struct account *a)
{
	change(c, a, false);
}

struct account *crowd_largest(struct crowd *c)
{
	return c->most > 0 ? TAILQ_FIRST(c->rank + c->most) : NULL;
}
