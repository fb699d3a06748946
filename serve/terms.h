/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_TERMS_H
#define SERVE_TERMS_H

#include "serve/allowance.h"
#include "util/wire/policy.h"

/**
 * terms_settle - combine a listener's rule and the policy's answer into the rule for one client
 * If the answer lacks a value, the listener's value is used. No value may be above the listener's, because the policy
 * knows the client only from the client's own claims.
 * Returns: 0; -ERANGE if a value is above the listener's: then @ret is the listener's rule.
 */
int terms_settle(const struct allowance_rule *listener, const struct policy_answer *answer,
	struct allowance_rule *ret);

#endif
