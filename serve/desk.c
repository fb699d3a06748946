/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/desk.h"
#include "util/secret.h"

#include <errno.h>
#include <string.h>

int desk_init(struct desk *d, struct reservoir *reservoir, uint32_t rate, uint32_t burst)
{
	*d = (struct desk){ .reservoir = reservoir };
	TAILQ_INIT(&d->queue);
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

static void enqueue(struct desk *d, struct desk_request *q, enum desk_result result)
{
	if (!q->queued)
		TAILQ_INSERT_TAIL(&d->queue, q, entry);
	q->queued = true;
	q->result = result;
}

static void dequeue(struct desk *d, struct desk_request *q)
{
	TAILQ_REMOVE(&d->queue, q, entry);
	q->queued = false;
}

static bool waits(const struct desk_request *q)
{
	return q->queued && q->result == DESK_GIVEN;
}

static void refund(struct desk *d, const struct desk_request *q, int64_t now_ms)
{
	if (waits(q))
		limit_return(&d->limit, q->account, q->blocks, now_ms);
}

void desk_ask(struct desk *d, struct desk_request *q, int64_t now_ms)
{
	if (limit_take(&d->limit, q->account, q->blocks, now_ms) == 0) {
		enqueue(d, q, DESK_GIVEN);
		return;
	}
	d->limited++;
	d->limited_account = q->account;
	enqueue(d, q, DESK_LIMITED);
}

void desk_refuse(struct desk *d, struct desk_request *q, int64_t now_ms)
{
	refund(d, q, now_ms);
	enqueue(d, q, DESK_REFUSED);
}

void desk_withdraw(struct desk *d, struct desk_request *q, int64_t now_ms)
{
	refund(d, q, now_ms);
	if (q->queued)
		dequeue(d, q);
}

/* Of the requests that the stock can serve, the one of the account that has most left of its share. */
static struct desk_request *next_to_serve(struct desk *d, int64_t now_ms)
{
	const size_t stock = reservoir_level(d->reservoir).blocks;
	struct desk_request *q, *found = NULL;
	int64_t left, most = -1;

	TAILQ_FOREACH(q, &d->queue, entry)
	{
		if (!waits(q) || q->blocks > stock)
			continue;
		left = limit_left(&d->limit, q->account, now_ms);
		if (left > most) {
			most = left;
			found = q;
		}
	}
	return found;
}

static struct desk_request *next_to_refuse(struct desk *d, int64_t now_ms)
{
	struct desk_request *q;

	TAILQ_FOREACH(q, &d->queue, entry)
	if (!waits(q) || now_ms >= q->until_ms)
		return q;
	return NULL;
}

static enum desk_result reason(struct desk *d, const struct desk_request *q, int64_t now_ms)
{
	if (!waits(q))
		return q->result;
	refund(d, q, now_ms);
	d->empty++;
	return DESK_EMPTY;
}

struct desk_request *desk_answer(struct desk *d, enum desk_result *ret, int64_t now_ms)
{
	struct desk_request *q;

	if (TAILQ_EMPTY(&d->queue))
		return NULL;
	q = next_to_serve(d, now_ms);
	if (q && reservoir_take(d->reservoir, d->block, q->blocks) == 0) {
		*ret = DESK_GIVEN;
	} else {
		q = next_to_refuse(d, now_ms);
		if (!q)
			return NULL;
		*ret = reason(d, q, now_ms);
	}
	dequeue(d, q);
	return q;
}
