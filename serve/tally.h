/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_TALLY_H
#define SERVE_TALLY_H

#include <stddef.h>
#include <stdint.h>

#define TALLIES_MAX 64

/* Counters of one listener since the daemon started. */
struct tally {
	char name[33];
	uint64_t sent;    /* bytes */
	uint64_t clients; /* connected now */
	uint64_t answers; /* by HTTP */
};

/* The tallies of all listeners. A tally is kept as long as the daemon runs, even if the listener's section is removed:
 * counters must never decrease. */
struct tallies {
	struct tally tally[TALLIES_MAX];
	size_t count;
};

/**
 * tally_get - find or create the tally of the listener @name
 * If there are more than TALLIES_MAX listeners, all further ones share the last tally. A tally never moves in memory.
 */
struct tally *tally_get(struct tallies *ts, const char *name);

/** tally_find - the tally of the listener @name; NULL: it has none yet. */
const struct tally *tally_find(const struct tallies *ts, const char *name);

#endif
