/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_VERDICT_H
#define SERVE_VERDICT_H

#include "seed/draw.h"
#include "serve/backoff.h"

enum refill_state { REFILL_UNTRIED, REFILL_PASSES, REFILL_FAILS, REFILL_OUT };

/* The result of a source when it was last tried, and its last failure, if it ever failed. */
struct refill_source {
	char label[SOURCE_LABEL_SIZE];
	enum refill_state state;
	unsigned alarms;         /* failed health tests */
	char why[DRAW_WHY_SIZE]; /* the reason of the last failure; empty: it never failed */
	int64_t failed_ms;       /* the time of that failure */
};

/**
 * verdict_note - update @s from the source's report of a batch. @b: the source's record of failures, already updated.
 */
void verdict_note(struct refill_source *s, const struct draw_report *rep, const struct backoff *b,
	int64_t now_ms);

/**
 * verdict_matters - whether to report a failure. A source of the default list that this host does not have is not
 * reported.
 */
bool verdict_matters(const struct seed *s, const struct draw_report *rep);

/** verdict_sources - the set of the sources that passed: bit i is source number i. */
uint32_t verdict_sources(const struct seed *s);

#endif
