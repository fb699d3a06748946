/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_POLICY_H
#define SERVE_POLICY_H

#include <event2/event.h>
#include <stdbool.h>

#include "serve/limit.h"
#include "util/wire/policy.h"

#define POLICY_CACHED  2048
#define POLICY_RUNNING 8  /* questions that are asked at the same time */
#define POLICY_STUCK   64 /* killed children that have not ended yet; with more, nothing is asked */
#define POLICY_WAITING 4096 /* questions that wait; beyond that, the listener's rule applies */
/* If the policy gave no answer about a client, it is not asked about that client again for this time, or for the time
 * for which answers are cached, if that is shorter. */
#define POLICY_FAILED_MS 10000
#define POLICY_RATE      20  /* questions about the processes of one user: for each second ... */
#define POLICY_BURST     400 /* ... and at once */

struct policy_job;
TAILQ_HEAD(policy_jobs, policy_job);

struct policy_options {
	const char *where;   /* "exec:PATH" or "unix:PATH"; NULL: there is no policy */
	uint32_t timeout_ms; /* limit for an answer */
	uint32_t cache_s;    /* how long an answer is valid */
};

/* A place in the cache. @account is the account of the client's stream: identity_account(). */
struct policy_cached {
	account_id account;
	int64_t until_ms; /* 0: the place is free */
	bool known;       /* the policy has answered; if false, the listener's rule applies */
	struct policy_answer answer;
};

/**
 * policy_result - called with the policy's answer about @account; NULL: it gave none, so the listener's rule applies.
 */
typedef void policy_result(void *to, account_id account, const struct policy_answer *answer);

/*
 * The operator's program that says how fast a client may be served. A separate child process asks each question. Up to
 * POLICY_RUNNING of them run at the same time, so the event loop never waits for the program. Until the answer comes,
 * and if none comes, the rule of the client's listener applies.
 */
struct policy {
	struct event_base *base;
	struct policy_options options;
	policy_result *on_result;
	void *to;
	/* @leaving: their child was killed, but has not ended yet. */
	struct policy_jobs running, waiting, leaving;
	size_t runs, waits, leaves; /* the lengths of these lists */
	struct limit limit;         /* of questions, by user */
	struct policy_cached *cache;
	uint64_t asked, failed; /* since the start */
	unsigned unlogged;      /* failures since the last entry in the journal */
	int64_t quiet_ms;       /* when the next entry may go into the journal */
};

/** policy_init - set up; needs policy_clear() in the end, also after an error. Returns: 0 or -ENOMEM. */
int policy_init(struct policy *p, struct event_base *base, policy_result *on_result, void *to);

/** policy_set - use this policy from now on, and forget all answers. @o->where must stay valid until the next call. */
void policy_set(struct policy *p, const struct policy_options *o);

/**
 * policy_ask - ask the policy about a client
 * @q: what is known about the client, without uuid and name
 * Calls on_result() at once if the answer is in the cache, otherwise later. Does nothing if there is no policy, or if
 * too many questions wait or were asked about this user.
 */
void policy_ask(struct policy *p, account_id account, const struct policy_question *q);

/** policy_fresh - whether the last answer about @account is still valid, or the policy is being asked for a new one. */
bool policy_fresh(const struct policy *p, account_id account);

/** policy_count_failure - count a failure: the policy gave no usable answer, or a value above the listener's rule. */
void policy_count_failure(struct policy *p);

/**
 * policy_tick - reap children, start questions that wait, and log failures. The caller calls it about once a second.
 */
void policy_tick(struct policy *p);

void policy_clear(struct policy *p);

#endif
