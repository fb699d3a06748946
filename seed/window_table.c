/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/window_table.h"
#include "util/secret.h"

#include <errno.h>
#include <string.h>

#define LEAST_ROOM 1024

void window_table_drop(struct window_table *t)
{
	if (t->lent)
		explicit_bzero(t->slot, t->room * sizeof(*t->slot));
	else
		secret_free(t->slot);
	*t = (struct window_table){ 0 };
}

void window_table_empty(struct window_table *t)
{
	if (t->used > 0)
		memset(t->slot, 0, t->room * sizeof(*t->slot));
	t->used = 0;
}

/* A table is at most two thirds full. A search that finds nothing then looks at 5 slots on average. If the table were
 * seven eighths full, it would look at about 30. */
size_t window_table_room(size_t windows)
{
	return windows + windows / 2 + 1;
}

/* Doubles the table, so that growing costs a constant time for each window that is stored. */
static int grow(struct window_table *t)
{
	struct window_table larger = { .used = t->used };
	size_t i;

	larger.room = t->room ? 2 * t->room : LEAST_ROOM;
	larger.slot = secret_new(larger.room * sizeof(*larger.slot));
	if (!larger.slot)
		return -ENOMEM;
	memset(larger.slot, 0, larger.room * sizeof(*larger.slot));
	for (i = 0; i < t->room; i++)
		if (t->slot[i].low != 0)
			*window_table_find(&larger, t->slot + i) = t->slot[i];
	window_table_drop(t);
	*t = larger;
	return 0;
}

/* Grows the table until it has room for @more windows and for one free slot, which a search needs to end. */
int window_table_grow(struct window_table *t, size_t more)
{
	int r = 0;

	while (r == 0 && window_table_room(t->used + more) > t->room)
		r = grow(t);
	return r;
}
