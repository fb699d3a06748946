/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/allowance.h"

#define MILLI 1000

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void allowance_init(struct allowance *a, const struct allowance_rule *rule, int64_t now_ms)
{
	a->level = larger(rule->burst, ALLOWANCE_FIRST) * MILLI;
	a->at_ms = a->spent_ms = now_ms;
	a->floor = ALLOWANCE_FIRST;
}

/* A rate of one byte a second is one thousandth of a byte a millisecond. The level of a new client may be above its
 * burst. */
static void refill(struct allowance *a, const struct allowance_rule *rule, int64_t now_ms)
{
	const int64_t full = (int64_t)rule->burst * MILLI;
	const int64_t gone = larger(now_ms - a->at_ms, 0);

	if (rule->rate > 0 && a->level < full) {
		const int64_t lacks = full - a->level;

		a->level = gone > lacks / rule->rate ? full : a->level + gone * rule->rate;
	}
	a->at_ms = now_ms;
	if (now_ms - a->spent_ms < ALLOWANCE_REST_MS)
		return;
	a->floor = a->floor > ALLOWANCE_FLOOR ? a->floor : ALLOWANCE_FLOOR;
	a->level = larger(a->level, (int64_t)a->floor * MILLI);
}

void allowance_change(struct allowance *a, const struct allowance_rule *rule)
{
	const int64_t most = larger(rule->burst, a->floor) * MILLI;

	if (a->level > most)
		a->level = most;
}

uint64_t allowance_left(struct allowance *a, const struct allowance_rule *rule, int64_t now_ms)
{
	if (rule->rate == 0)
		return UINT64_MAX;
	refill(a, rule, now_ms);
	return (uint64_t)larger(a->level, 0) / MILLI;
}

uint32_t allowance_floor(struct allowance *a, const struct allowance_rule *rule, int64_t now_ms)
{
	refill(a, rule, now_ms);
	return a->floor;
}

uint64_t allowance_spend(
	struct allowance *a, const struct allowance_rule *rule, uint64_t bytes, int64_t now_ms)
{
	uint64_t free_bytes;

	if (bytes == 0)
		return 0;
	refill(a, rule, now_ms);
	free_bytes = bytes < a->floor ? bytes : a->floor;
	if (rule->rate > 0)
		a->level -= (int64_t)bytes * MILLI;
	a->spent_ms = now_ms;
	a->floor -= (uint32_t)free_bytes;
	return bytes - free_bytes;
}

int64_t allowance_wait_ms(
	struct allowance *a, const struct allowance_rule *rule, uint64_t bytes, int64_t now_ms)
{
	int64_t lacks, rests;

	if (rule->rate == 0)
		return 0;
	refill(a, rule, now_ms);
	lacks = (int64_t)(bytes < rule->burst ? bytes : rule->burst) * MILLI - a->level;
	if (lacks <= 0)
		return 0;
	lacks = (lacks + rule->rate - 1) / rule->rate;
	rests = a->spent_ms + ALLOWANCE_REST_MS - now_ms;
	return lacks < rests ? lacks : larger(rests, 1);
}
