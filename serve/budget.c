/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/budget.h"

#define ROUND_LEAST   64
#define ROUND_STREAMS 1000

void budget_init(struct budget *b, uint32_t rate, int64_t now_ms)
{
	*b = (struct budget){ .rate = rate, .at_ms = now_ms };
}

uint32_t budget_quantum(const struct budget *b, uint32_t most)
{
	const uint32_t share = b->rate / ROUND_STREAMS;

	if (b->rate == 0 || share > most)
		return most;
	return share > ROUND_LEAST ? share : ROUND_LEAST;
}

/* A rate of one byte a second is one thousandth of a byte a millisecond. */
static void refill(struct budget *b, int64_t now_ms)
{
	const int64_t full = (int64_t)b->rate * BUDGET_BURST_MS;
	const int64_t gone = now_ms > b->at_ms ? now_ms - b->at_ms : 0;

	if (gone > (full - b->level) / b->rate)
		b->level = full;
	else
		b->level += gone * b->rate;
	b->at_ms = now_ms;
}

int64_t budget_wait_ms(struct budget *b, int64_t now_ms)
{
	if (b->rate == 0)
		return 0;
	refill(b, now_ms);
	return b->level > 0 ? 0 : 1 - b->level / b->rate;
}

void budget_spend(struct budget *b, uint64_t bytes)
{
	if (b->rate > 0)
		b->level -= (int64_t)bytes * 1000;
}
