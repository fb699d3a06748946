/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_LIMIT_H
#define SERVE_LIMIT_H

#include <stddef.h>
#include <stdint.h>

#include "serve/account.h"

#define LIMIT_ACCOUNTS 256
#define LIMIT_MAX      1000000 /* of rate and burst */

/* What one account has left, as of a moment; in thousandths of a block. */
struct limit_bucket {
	account_id account;
	int64_t level, at_ms;
};

/*
 * A token bucket for each account: so many blocks a second, and so many at once. Pure: the clock is the
 * caller's. Accounts are kept in a table of fixed size; when it is full, the one that has most left is
 * forgotten, and gains no more by that than the little it has used.
 */
struct limit {
	uint32_t rate, burst; /* blocks a second; blocks at once */
	struct limit_bucket bucket[LIMIT_ACCOUNTS];
	size_t used;
};

/** limit_init - @rate, @burst: 1 to LIMIT_MAX. */
void limit_init(struct limit *l, uint32_t rate, uint32_t burst);

/** limit_take - 0; -EDQUOT if @account has fewer than @blocks left: then nothing is taken. */
int limit_take(struct limit *l, account_id account, uint32_t blocks, int64_t now_ms);

/** limit_return - blocks that were taken and not handed out after all. */
void limit_return(struct limit *l, account_id account, uint32_t blocks, int64_t now_ms);

/** limit_left - thousandths of a block; an account that has more left has had less recently. */
int64_t limit_left(const struct limit *l, account_id account, int64_t now_ms);

#endif
