/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/terms.h"

#include <assert.h>
#include <errno.h>

static_assert(POLICY_RATE_MAX == ALLOWANCE_MAX, "an answer's rate fits into a rule");
static_assert(POLICY_WEIGHT_MAX == ALLOWANCE_WEIGHT_MAX, "an answer's weight fits into a rule");

int terms_settle(const struct allowance_rule *listener, const struct policy_answer *answer,
	struct allowance_rule *ret)
{
	*ret = *listener;
	if ((listener->rate > 0 && answer->rate > listener->rate) ||
		answer->burst > listener->burst || answer->weight > listener->weight)
		return -ERANGE;
	if (answer->rate > 0)
		ret->rate = answer->rate;
	if (answer->burst > 0)
		ret->burst = answer->burst;
	if (answer->weight > 0)
		ret->weight = answer->weight;
	return 0;
}
