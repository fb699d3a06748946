/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_VERDICT_H
#define SERVE_VERDICT_H

#include "seed/draw.h"
#include "serve/backoff.h"

enum refill_state { REFILL_UNTRIED, REFILL_PASSES, REFILL_FAILS, REFILL_OUT };

/* What became of a source, when it was last tried; and how it last failed, if it ever did. */
struct refill_source {
	char label[SOURCE_LABEL_SIZE];
	enum refill_state state;
	unsigned alarms;         /* failed health tests */
	char why[DRAW_WHY_SIZE]; /* empty: never */
	int64_t failed_ms;
};

/** verdict_note - what a batch says of a source; @b knows of it already. */
void verdict_note(struct refill_source *s, const struct draw_report *rep, const struct backoff *b,
	int64_t now_ms);

/** verdict_matters - whether a failure is one to report: that this host lacks a default source is none. */
bool verdict_matters(const struct seed *s, const struct draw_report *rep);

/** verdict_sources - a bit for each source that passed. */
uint32_t verdict_sources(const struct seed *s);

#endif
