/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_BUDGET_H
#define SERVE_BUDGET_H

#include <stdint.h>

#define BUDGET_BURST_MS 50 /* what was not spent in so long can be spent later */

/*
 * What all streams together may be sent in a second. They are served in turn while something of it is left, so that who
 * wants less than its share has all of it, and the others share the rest by their weights: max-min fairness. Pure.
 */
struct budget {
	uint32_t rate; /* bytes a second; 0: there is no limit */
	int64_t level; /* thousandths of a byte, as of ...; below 0 what is to be made up for */
	int64_t at_ms;
};

void budget_init(struct budget *b, uint32_t rate, int64_t now_ms);

/** budget_quantum - bytes of a visit, so that a round of a thousand streams takes about a second; 64 to @most. */
uint32_t budget_quantum(const struct budget *b, uint32_t most);

/** budget_wait_ms - how long until something may be sent; 0: now. */
int64_t budget_wait_ms(struct budget *b, int64_t now_ms);

void budget_spend(struct budget *b, uint64_t bytes);

#endif
