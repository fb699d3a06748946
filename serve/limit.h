/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_LIMIT_H
#define SERVE_LIMIT_H

#include <stddef.h>
#include <stdint.h>

#include "serve/account.h"

#define LIMIT_ACCOUNTS 256
#define LIMIT_MAX      1000000 /* limit of rate and burst */

/* What one account has left, in thousandths of a block, at the time @at_ms. */
struct limit_bucket {
	account_id account;
	int64_t level, at_ms;
};

/*
 * A token bucket of blocks for each account. The buckets are in a table of fixed size. If the table is full, the
 * account that has most left is removed. That account gains only the little that it had used. Pure: the caller passes
 * the time.
 */
struct limit {
	uint32_t rate, burst; /* blocks a second, and blocks at once */
	struct limit_bucket bucket[LIMIT_ACCOUNTS];
	size_t used;
};

/** limit_init - make an empty table. @rate, @burst: 1 to LIMIT_MAX. */
void limit_init(struct limit *l, uint32_t rate, uint32_t burst);

/**
 * limit_take - subtract @blocks from what @account has left
 * Returns: 0; -EDQUOT if it has less: nothing is subtracted.
 */
int limit_take(struct limit *l, account_id account, uint32_t blocks, int64_t now_ms);

/** limit_return - add back blocks that were taken but not handed out. */
void limit_return(struct limit *l, account_id account, uint32_t blocks, int64_t now_ms);

/** limit_left - what @account has left, in thousandths of a block. */
int64_t limit_left(const struct limit *l, account_id account, int64_t now_ms);

#endif
