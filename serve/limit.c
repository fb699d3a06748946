/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/limit.h"

#include <errno.h>

#define MILLI 1000

void limit_init(struct limit *l, uint32_t rate, uint32_t burst)
{
	*l = (struct limit){ .rate = rate, .burst = burst };
}

static int64_t full(const struct limit *l)
{
	return (int64_t)l->burst * MILLI;
}

/* A rate of one block a second is one thousandth of a block a millisecond. */
static int64_t level_at(const struct limit *l, const struct limit_bucket *b, int64_t now_ms)
{
	const int64_t gone = now_ms > b->at_ms ? now_ms - b->at_ms : 0;

	if (gone >= (full(l) - b->level) / l->rate + 1)
		return full(l);
	return b->level + gone * l->rate;
}

static const struct limit_bucket *find(const struct limit *l, account_id account)
{
	size_t i;

	for (i = 0; i < l->used; i++)
		if (l->bucket[i].account == account)
			return l->bucket + i;
	return NULL;
}

static struct limit_bucket *fullest(struct limit *l, int64_t now_ms)
{
	struct limit_bucket *best = l->bucket;
	size_t i;

	for (i = 1; i < l->used; i++)
		if (level_at(l, l->bucket + i, now_ms) > level_at(l, best, now_ms))
			best = l->bucket + i;
	return best;
}

/* Returns: the account's bucket, with its level updated to @now_ms. */
static struct limit_bucket *bucket_of(struct limit *l, account_id account, int64_t now_ms)
{
	const struct limit_bucket *have = find(l, account);
	struct limit_bucket *b;

	if (have) {
		b = l->bucket + (have - l->bucket);
		b->level = level_at(l, b, now_ms);
	} else {
		b = l->used < LIMIT_ACCOUNTS ? l->bucket + l->used++ : fullest(l, now_ms);
		*b = (struct limit_bucket){ .account = account, .level = full(l) };
	}
	b->at_ms = now_ms;
	return b;
}

int limit_take(struct limit *l, account_id account, uint32_t blocks, int64_t now_ms)
{
	struct limit_bucket *b = bucket_of(l, account, now_ms);

	if (b->level < (int64_t)blocks * MILLI)
		return -EDQUOT;
	b->level -= (int64_t)blocks * MILLI;
	return 0;
}

void limit_return(struct limit *l, account_id account, uint32_t blocks, int64_t now_ms)
{
	struct limit_bucket *b;

	if (!find(l, account))
		return; /* the account was removed from the table, so its bucket counts as full */
	b = bucket_of(l, account, now_ms);
	b->level += (int64_t)blocks * MILLI;
	if (b->level > full(l))
		b->level = full(l);
}

int64_t limit_left(const struct limit *l, account_id account, int64_t now_ms)
{
	const struct limit_bucket *b = find(l, account);

	return b ? level_at(l, b, now_ms) : full(l);
}
