/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_TERMS_H
#define SERVE_TERMS_H

#include "serve/allowance.h"
#include "util/wire/policy.h"

/**
 * terms_settle - combine a listener's rule and the policy's answer into the rule for one client
 * A value that the answer does not have comes from the listener. No value may be above the listener's, because the policy
 * knows the client only by the client's own claims.
 * Returns: 0; -ERANGE, with the listener's rule in @ret, if a value is above the listener's.
 */
int terms_settle(const struct allowance_rule *listener, const struct policy_answer *answer,
	struct allowance_rule *ret);

#endif
