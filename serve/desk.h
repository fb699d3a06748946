/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_DESK_H
#define SERVE_DESK_H

#include <stdbool.h>
#include <sys/queue.h>

#include "serve/account.h"
#include "serve/limit.h"
#include "serve/reservoir.h"

/*
 * The desk decides which request gets blocks from the stock, independently of the protocol. It has no socket and no
 * clock, and it reports nothing: its caller does that.
 *
 * A request gets all of its blocks, or it gets none and is told the reason. If the stock has too few blocks for the
 * request whose turn it is, that request waits for a while, and all other requests wait too: no later request overtakes
 * it. The accounts take turns, see serve/turns.h. A request within its account's share may take any block of the stock.
 * A request beyond the share waits as long as a request within a share waits, and may take blocks only if the stock
 * stays at least half full.
 */
enum desk_result {
	DESK_GIVEN,
	DESK_EMPTY,   /* the stock had too few blocks, and the request's deadline has come */
	DESK_LIMITED, /* the same as DESK_EMPTY, for a request beyond its account's share */
	DESK_REFUSED, /* the protocol found that the request is invalid */
};

/* Where a request is: not at the desk, within its account's share, beyond the share, or due to be answered
 * DESK_REFUSED. */
enum desk_place { DESK_AWAY, DESK_SHARE, DESK_SURPLUS, DESK_DUE };

/* The owner sets the first three members, and does not move the request in memory until it is answered or withdrawn. */
struct desk_request {
	struct account *account;
	uint32_t blocks;  /* 1 to BROKER_BLOCKS_MAX */
	int64_t until_ms; /* the deadline of the answer; INT64_MAX: none */
	/* Set by the desk: */
	enum desk_place place;
	TAILQ_ENTRY(desk_request) turn_entry, time_entry;
};

TAILQ_HEAD(desk_queue, desk_request);

struct desk {
	struct reservoir *reservoir;
	struct limit limit;
	struct turns share, surplus;
	struct desk_queue time;     /* requests that wait and have a deadline, the earliest first */
	struct desk_queue refused;  /* to be answered DESK_REFUSED, in the order of arrival */
	struct broker_block *block; /* secret; see desk_answer() */
	/* How often the answer was DESK_EMPTY, and DESK_LIMITED, and the account of the last DESK_LIMITED. The caller
	 * reports these three, and resets the two numbers to zero. */
	unsigned empty, limited;
	account_id limited_account;
	/* Totals since the start: these answers, the requests that were given blocks, and those blocks. */
	uint64_t all_empty, all_limited, all_given, all_blocks;
};

/**
 * desk_init - start with no requests
 * @rate, @burst: each account's share, see limit_init()
 * Needs desk_clear() in the end, also after an error. Returns: 0 or -ENOMEM.
 */
int desk_init(struct desk *d, struct reservoir *reservoir, uint32_t rate, uint32_t burst);
void desk_clear(struct desk *d);

/** desk_is_idle - whether there is no request at the desk. */
bool desk_is_idle(const struct desk *d);

/** desk_ask - queue a request that is not queued yet; desk_answer() will answer it. */
void desk_ask(struct desk *d, struct desk_request *q, int64_t now_ms);

/**
 * desk_refuse - make the desk answer @q, which may be queued already, with DESK_REFUSED; its account is not charged.
 */
void desk_refuse(struct desk *d, struct desk_request *q, int64_t now_ms);

/** desk_withdraw - remove @q if it is queued; it gets no answer, and its account is not charged. */
void desk_withdraw(struct desk *d, struct desk_request *q, int64_t now_ms);

/**
 * desk_expire - treat @q's deadline as reached: unless @q can be served, it is the next to be refused for its deadline
 */
void desk_expire(struct desk *d, struct desk_request *q, int64_t now_ms);

/**
 * desk_answer - decide the next answer that is due
 * @ret: the answer. With DESK_GIVEN, the request's blocks are in @d->block; they are secret, and the caller calls
 *       desk_wipe() after use
 * Returns: the answered request, which is no longer queued; NULL: no answer is due now.
 */
struct desk_request *desk_answer(struct desk *d, enum desk_result *ret, int64_t now_ms);
void desk_wipe(struct desk *d);

#endif
