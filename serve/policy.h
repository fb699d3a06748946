/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_POLICY_H
#define SERVE_POLICY_H

#include <event2/event.h>
#include <stdbool.h>

#include "serve/limit.h"
#include "util/wire/policy.h"

#define POLICY_CACHED  2048
#define POLICY_RUNNING 8    /* questions at once */
#define POLICY_STUCK   64   /* children that were killed and have not gone; then nobody is asked */
#define POLICY_WAITING 4096 /* questions that wait; beyond them the default holds */
#define POLICY_FAILED_MS \
	10000 /* how long a policy that has not answered is not asked again about the same client */
#define POLICY_RATE  20  /* questions about processes of one user a second, and ... */
#define POLICY_BURST 400 /* ... at once */

/* How a client is found in the cache: by its account, as serve/streams.c counts it. */
struct policy_job;
TAILQ_HEAD(policy_jobs, policy_job);

struct policy_options {
	const char
		*where; /* "exec:PATH" or "unix:PATH"; NULL: there is none, and nobody is asked */
	uint32_t timeout_ms; /* for an answer */
	uint32_t cache_s;    /* how long an answer holds */
};

struct policy_cached {
	account_id account;
	int64_t until_ms; /* 0: the place is free */
	bool known;       /* there was an answer; else the default holds */
	struct policy_answer answer;
};

/** policy_result - what is known of @account now; NULL: the default holds. */
typedef void policy_result(void *to, account_id account, const struct policy_answer *answer);

/*
 * A program of the operator's that says how fast a client may be served. It is asked in processes of their own, so
 * that the loop never waits for it, POLICY_RUNNING at a time. While there is no answer, or none in time, the rule of the
 * client's listener holds.
 */
struct policy {
	struct event_base *base;
	struct policy_options options;
	policy_result *on_result;
	void *to;
	struct policy_jobs running, waiting, leaving; /* the last: killed, and not gone yet */
	size_t runs, waits, leaves;
	struct limit limit; /* of questions, by user */
	struct policy_cached *cache;
	uint64_t asked, failed; /* in all */
	unsigned unlogged;      /* failures since the last entry in the journal */
	int64_t quiet_ms;
};

/** policy_init - needs policy_clear() in the end, also after an error. Returns: 0 or -ENOMEM. */
int policy_init(struct policy *p, struct event_base *base, policy_result *on_result, void *to);

/** policy_set - from now on ask this one; what is known is forgotten. @o->where: kept until the next call. */
void policy_set(struct policy *p, const struct policy_options *o);

/**
 * policy_ask - about a client
 * @q: what is known of it, but for its uuid and name
 * Calls told(), now if the answer is in the cache, or later; not at all without a policy, or where too much is asked.
 */
void policy_ask(struct policy *p, account_id account, const struct policy_question *q);

/** policy_fresh - whether what is known of @account still holds, or is being asked. */
bool policy_fresh(const struct policy *p, account_id account);

/** policy_count_failure - an answer could not be used, as it was above the listener's rule. */
void policy_count_failure(struct policy *p);

/** policy_tick - at children that are to go, and whether a failure is to be reported; about once a second. */
void policy_tick(struct policy *p);

void policy_clear(struct policy *p);

#endif
