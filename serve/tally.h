/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_TALLY_H
#define SERVE_TALLY_H

#include <stddef.h>
#include <stdint.h>

#define TALLIES_MAX 64

/* What one listener has done since the daemon started. */
struct tally {
	char name[33];
	uint64_t sent;    /* bytes */
	uint64_t clients; /* that it has now */
	uint64_t answers; /* of HTTP */
};

/* A listener keeps its tally for as long as the daemon runs, whatever becomes of its section: counters never go back. */
struct tallies {
	struct tally tally[TALLIES_MAX];
	size_t count;
};

/** tally_get - that of the listener called @name; beyond TALLIES_MAX names, one that all others share. Never moved. */
struct tally *tally_get(struct tallies *ts, const char *name);

/** tally_find - the same, if there is one already; NULL: the listener has done nothing yet. */
const struct tally *tally_find(const struct tallies *ts, const char *name);

#endif
