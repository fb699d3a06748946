/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/tally.h"

#include <stdio.h>
#include <string.h>

const struct tally *tally_find(const struct tallies *ts, const char *name)
{
	size_t i;

	for (i = 0; i < ts->count; i++)
		if (strcmp(ts->tally[i].name, name) == 0)
			return ts->tally + i;
	return NULL;
}

struct tally *tally_get(struct tallies *ts, const char *name)
{
	const struct tally *have = tally_find(ts, name);
	struct tally *t;

	if (have)
		return ts->tally + (have - ts->tally);
	if (ts->count == TALLIES_MAX)
		return ts->tally + TALLIES_MAX - 1;
	t = ts->tally + ts->count++;
	snprintf(t->name, sizeof(t->name), "%s", name);
	return t;
}
