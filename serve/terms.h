/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_TERMS_H
#define SERVE_TERMS_H

#include "serve/allowance.h"
#include "util/wire/policy.h"

/**
 * terms_settle - what a policy's answer makes of a listener's rule for one client
 * What the answer does not say is the listener's.
 * Returns: 0; -ERANGE, with the listener's rule in @ret, where anything is above what the listener has: who is asked about
 * is known by its own word alone.
 */
int terms_settle(const struct allowance_rule *listener, const struct policy_answer *answer,
	struct allowance_rule *ret);

#endif
