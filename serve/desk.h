/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_DESK_H
#define SERVE_DESK_H

#include <stdbool.h>
#include <sys/queue.h>

#include "serve/account.h"
#include "serve/limit.h"
#include "serve/reservoir.h"

/*
 * The desk decides which request gets blocks from the stock, whatever the protocol it came in. It has no socket
 * and no clock, and it reports nothing: those are its caller's.
 *
 * A request gets all of its blocks, or none and the reason. One that finds too few blocks waits for a while,
 * and the others behind it: nothing that comes later passes the request whose turn it is. Turns go round by
 * account, see serve/turns.h. A request within its account's share may take any block of the stock. One beyond
 * the share waits until no other does, and then takes what leaves the stock at least half full.
 */
enum desk_result {
	DESK_GIVEN,
	DESK_EMPTY,   /* too few blocks in stock, for as long as the request could wait */
	DESK_LIMITED, /* the same, and the account has had its share for now */
	DESK_REFUSED, /* the protocol found that this is no valid request */
};

enum desk_place { DESK_AWAY, DESK_SHARE, DESK_SURPLUS, DESK_DUE };

/* The owner sets the first three and keeps the request where it is until it is answered or withdrawn. */
struct desk_request {
	struct account *account;
	uint32_t blocks;  /* 1 to BROKER_BLOCKS_MAX */
	int64_t until_ms; /* answered by then at the latest; INT64_MAX: waits as long as it takes */
	/* The desk's own: */
	enum desk_place place;
	TAILQ_ENTRY(desk_request) turn_entry, time_entry;
};

TAILQ_HEAD(desk_queue, desk_request);

struct desk {
	struct reservoir *reservoir;
	struct limit limit;
	struct turns share, surplus;
	struct desk_queue time;     /* those that wait, the one that may wait least first */
	struct desk_queue refused;  /* DESK_REFUSED, in the order of arrival */
	struct broker_block *block; /* secret; see desk_answer() */
	/* For the caller to report, and to set back to zero: requests that found nothing, requests beyond
	 * their account's share, and the account of the last of these. */
	unsigned empty, limited;
	account_id limited_account;
	/* The same since the start, and what was given. */
	uint64_t all_empty, all_limited, all_given, all_blocks;
};

/** desk_init - needs desk_clear() in the end, also after an error. Returns: 0 or -ENOMEM. */
int desk_init(struct desk *d, struct reservoir *reservoir, uint32_t rate, uint32_t burst);
void desk_clear(struct desk *d);

/** desk_is_idle - whether no request is at the desk. */
bool desk_is_idle(const struct desk *d);

/** desk_ask - queue a request that is not queued yet; desk_answer() gives the answer. */
void desk_ask(struct desk *d, struct desk_request *q, int64_t now_ms);

/** desk_refuse - the answer to @q, which may be queued already, shall be DESK_REFUSED; nothing is charged. */
void desk_refuse(struct desk *d, struct desk_request *q, int64_t now_ms);

/** desk_withdraw - @q, which need not be queued, gets no answer and is charged nothing. */
void desk_withdraw(struct desk *d, struct desk_request *q, int64_t now_ms);

/** desk_expire - @q may wait no longer; it is answered next unless its turn comes first. */
void desk_expire(struct desk *d, struct desk_request *q, int64_t now_ms);

/**
 * desk_answer - the next answer that is due
 * @ret: what the answer is; with DESK_GIVEN the request's blocks are in @d->block, secret, until the caller
 *       calls desk_wipe()
 * Returns: the request that it answers, which is not queued any more; NULL: no answer is due now.
 */
struct desk_request *desk_answer(struct desk *d, enum desk_result *ret, int64_t now_ms);
void desk_wipe(struct desk *d);

/** desk_count_limited - a client of @account is turned away, as it has more than its share. */
void desk_count_limited(struct desk *d, account_id account);

#endif
