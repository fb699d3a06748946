/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/cutoff.h"

#include <errno.h>
#include <stdint.h>

/* Each table has the lowest min-entropy for which the first cutoff is enough, then that for the next larger cutoff,
 * etc. */
static const uint16_t count_alarm[] = COUNT_ALARM, count_sure[] = COUNT_SURE;
static const uint16_t lag_alarm[] = LAG_ALARM, lag_sure[] = LAG_SURE;

/* The last entry of each table is HEALTH_MBIT_MIN, so the search always ends. */
static unsigned look_up(unsigned first, const uint16_t *least_mbit, unsigned mbit)
{
	unsigned i = 0;

	while (least_mbit[i] > mbit)
		i++;
	return first + i;
}

static unsigned divide_up(unsigned a, unsigned b)
{
	return (a + b - 1) / b;
}

int cutoffs_for(unsigned mbit, struct cutoffs *ret)
{
	unsigned replay;

	if (mbit < HEALTH_MBIT_MIN || mbit > HEALTH_MBIT_MAX)
		return -EINVAL;
	replay = divide_up(1000 * HEALTH_REPLAY_BITS, mbit);
	*ret = (struct cutoffs){
		.rct = 1 + divide_up(1000 * HEALTH_ALARM_LOG2, mbit),
		.rct_sure = 1 + divide_up(1000 * HEALTH_SURE_LOG2, mbit),
		.count = look_up(COUNT_ALARM_FIRST, count_alarm, mbit),
		.count_sure = look_up(COUNT_SURE_FIRST, count_sure, mbit),
		.lag = look_up(LAG_ALARM_FIRST, lag_alarm, mbit),
		.lag_sure = look_up(LAG_SURE_FIRST, lag_sure, mbit),
		.replay = replay > HEALTH_REPLAY_LEAST ? replay : HEALTH_REPLAY_LEAST,
	};
	return 0;
}
