/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/verdict.h"

void verdict_note(struct refill_source *s, const struct draw_report *rep, const struct backoff *b,
	int64_t now_ms)
{
	draw_label(rep, s->label, sizeof(s->label));
	s->alarms = b->ever;
	s->state = b->out ? REFILL_OUT : draw_passed(rep) ? REFILL_PASSES : REFILL_FAILS;
	if (draw_passed(rep))
		return;
	draw_why(rep, s->why, sizeof(s->why));
	s->failed_ms = now_ms;
}

bool verdict_matters(const struct seed *s, const struct draw_report *rep)
{
	const enum source_presence p = source_presence(rep->err);

	return !s->sources.by_default || (p != SOURCE_ABSENT && p != SOURCE_NOT_BUILT_IN);
}

uint32_t verdict_sources(const struct seed *s)
{
	uint32_t sources = 0;
	size_t i;

	for (i = 0; i < s->reports; i++)
		if (draw_passed(s->report + i))
			sources |= 1u << i;
	return sources;
}
