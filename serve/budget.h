/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_BUDGET_H
#define SERVE_BUDGET_H

#include <stdint.h>

#define BUDGET_BURST_MS 50 /* bytes that were not sent in this time may still be sent later */

/*
 * How many bytes may be sent to all streams together in a second. The streams are served in turn as long as some of the
 * budget is left. So a stream that wants less than its share gets all that it wants, and all other streams share the
 * rest by their weights: max-min fairness. Pure.
 */
struct budget {
	uint32_t rate; /* bytes a second; 0: unlimited */
	int64_t level; /* thousandths of a byte, at the time @at_ms; below 0: overdrawn */
	int64_t at_ms;
};

void budget_init(struct budget *b, uint32_t rate, int64_t now_ms);

/**
 * budget_quantum - how many bytes to send in one visit, 64 to @most, so that a round of 1000 streams takes about a
 * second
 */
uint32_t budget_quantum(const struct budget *b, uint32_t most);

/** budget_wait_ms - how long until something may be sent; 0: now. */
int64_t budget_wait_ms(struct budget *b, int64_t now_ms);

/** budget_spend - subtract @bytes, which were sent; the level may fall below 0. */
void budget_spend(struct budget *b, uint64_t bytes);

#endif
