/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/desk.h"
#include "util/secret.h"

#include <errno.h>
#include <string.h>

int desk_init(struct desk *d, struct reservoir *reservoir, uint32_t rate, uint32_t burst)
{
	*d = (struct desk){ .reservoir = reservoir };
	turns_init(&d->share);
	turns_init(&d->surplus);
	TAILQ_INIT(&d->time);
	TAILQ_INIT(&d->refused);
	limit_init(&d->limit, rate, burst);
	d->block = secret_new(BROKER_BLOCKS_MAX * sizeof(*d->block));
	return d->block ? 0 : -ENOMEM;
}

void desk_clear(struct desk *d)
{
	secret_free(d->block);
	d->block = NULL;
}

void desk_wipe(struct desk *d)
{
	explicit_bzero(d->block, BROKER_BLOCKS_MAX * sizeof(*d->block));
}

bool desk_is_idle(const struct desk *d)
{
	return d->share.waiting == 0 && d->surplus.waiting == 0 && TAILQ_EMPTY(&d->refused);
}

static bool waits(const struct desk_request *q)
{
	return q->place == DESK_SHARE || q->place == DESK_SURPLUS;
}

/* Keeps the list sorted by deadline. The search begins at the end, because a new request usually has the latest
 * deadline. A request without a deadline is not in the list. */
static void add_time(struct desk *d, struct desk_request *q)
{
	struct desk_request *before = TAILQ_LAST(&d->time, desk_queue);

	if (q->until_ms == INT64_MAX)
		return;
	while (before && before->until_ms > q->until_ms)
		before = TAILQ_PREV(before, desk_queue, time_entry);
	if (before)
		TAILQ_INSERT_AFTER(&d->time, before, q, time_entry);
	else
		TAILQ_INSERT_HEAD(&d->time, q, time_entry);
}

static void enqueue(struct desk *d, struct desk_request *q, enum desk_place place)
{
	q->place = place;
	if (place == DESK_DUE) {
		TAILQ_INSERT_TAIL(&d->refused, q, time_entry);
		return;
	}
	if (place == DESK_SHARE)
		turns_add(&d->share, &q->account->share, q);
	else
		turns_add(&d->surplus, &q->account->surplus, q);
	add_time(d, q);
}

static void dequeue(struct desk *d, struct desk_request *q)
{
	if (q->place == DESK_SHARE)
		turns_remove(&d->share, &q->account->share, q);
	else if (q->place == DESK_SURPLUS)
		turns_remove(&d->surplus, &q->account->surplus, q);
	if (q->place == DESK_DUE)
		TAILQ_REMOVE(&d->refused, q, time_entry);
	else if (waits(q) && q->until_ms != INT64_MAX)
		TAILQ_REMOVE(&d->time, q, time_entry);
	q->place = DESK_AWAY;
}

static void refund(struct desk *d, const struct desk_request *q, int64_t now_ms)
{
	if (q->place == DESK_SHARE)
		limit_return(&d->limit, q->account->id, q->blocks, now_ms);
}

void desk_ask(struct desk *d, struct desk_request *q, int64_t now_ms)
{
	const bool within = limit_take(&d->limit, q->account->id, q->blocks, now_ms) == 0;

	enqueue(d, q, within ? DESK_SHARE : DESK_SURPLUS);
}

void desk_withdraw(struct desk *d, struct desk_request *q, int64_t now_ms)
{
	refund(d, q, now_ms);
	dequeue(d, q);
}

void desk_refuse(struct desk *d, struct desk_request *q, int64_t now_ms)
{
	desk_withdraw(d, q, now_ms);
	enqueue(d, q, DESK_DUE);
}

void desk_expire(struct desk *d, struct desk_request *q, int64_t now_ms)
{
	if (!waits(q))
		return;
	if (q->until_ms != INT64_MAX)
		TAILQ_REMOVE(&d->time, q, time_entry);
	q->until_ms = now_ms;
	TAILQ_INSERT_HEAD(&d->time, q, time_entry);
}

static struct desk_request *next_to_serve(struct desk *d)
{
	const struct reservoir_level level = reservoir_level(d->reservoir);
	struct desk_request *q = turns_head(&d->share);

	if (q)
		return q->blocks <= level.blocks ? q : NULL;
	q = turns_head(&d->surplus);
	return q && q->blocks + level.target / 2 <= level.blocks ? q : NULL;
}

static struct desk_request *next_to_refuse(struct desk *d, int64_t now_ms)
{
	struct desk_request *q = TAILQ_FIRST(&d->refused);

	if (q)
		return q;
	q = TAILQ_FIRST(&d->time);
	return q && now_ms >= q->until_ms ? q : NULL;
}

static enum desk_result reason(struct desk *d, const struct desk_request *q)
{
	if (q->place == DESK_DUE)
		return DESK_REFUSED;
	if (q->place == DESK_SHARE) {
		d->empty++;
		d->all_empty++;
		return DESK_EMPTY;
	}
	d->limited++;
	d->all_limited++;
	d->limited_account = q->account->id;
	return DESK_LIMITED;
}

struct desk_request *desk_answer(struct desk *d, enum desk_result *ret, int64_t now_ms)
{
	struct desk_request *q;

	if (desk_is_idle(d))
		return NULL;
	q = next_to_serve(d);
	if (q && reservoir_take(d->reservoir, d->block, q->blocks) == 0) {
		*ret = DESK_GIVEN;
		d->all_given++;
		d->all_blocks += q->blocks;
	} else {
		q = next_to_refuse(d, now_ms);
		if (!q)
			return NULL;
		*ret = reason(d, q);
		refund(d, q, now_ms);
	}
	dequeue(d, q);
	return q;
}
