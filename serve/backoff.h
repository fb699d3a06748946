/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_BACKOFF_H
#define SERVE_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#define BACKOFF_MIN_MS 5000 /* from the first failure to the next try; doubled each time, up to: */
#define BACKOFF_MAX_MS 600000
/* A source is kept out after this many failed health tests. A single one of them may be chance. */
#define BACKOFF_ALARMS 3

/*
 * The record of failures of one source, or of all sources together. A failure is reported once, and the source is then
 * tried less and less often. After failed health tests the source is kept out. A record of all zeros: the source works.
 * Pure.
 */
struct backoff {
	bool reported;
	int pause_ms;     /* 0: it works */
	int64_t retry_ms; /* when to try again */
	unsigned
		alarms; /* number of failed health tests since the start, or since backoff_forgive() */
	unsigned ever; /* number of failed health tests since the start */
	bool out;      /* kept out: not tried again until backoff_forgive() */
};

/**
 * backoff_fail - the source failed
 * @worth_reporting: false for a failure that the operator expects
 * Returns: whether the caller should report the failure now.
 */
bool backoff_fail(struct backoff *b, bool worth_reporting, int64_t now_ms);

/**
 * backoff_alarm - the source failed a health test
 * @sure: true: the test failed at alpha = 2^-60; false: at 2^-30, which a good source may reach once in a long time
 * Returns: whether the source is kept out now but was not kept out before.
 */
bool backoff_alarm(struct backoff *b, bool sure);

/** backoff_forgive - the operator has repaired the source: forget all its failures, but for their number. */
void backoff_forgive(struct backoff *b);

/**
 * backoff_recover - the source works again
 * Returns: whether the caller should report it, because the failure was reported.
 */
bool backoff_recover(struct backoff *b);

/** backoff_is_paused - whether the source is kept out, or it is too early to try it again. */
bool backoff_is_paused(const struct backoff *b, int64_t now_ms);

/** backoff_due_ms - the time of the next try, but at most @other_ms; @other_ms if the source is kept out or works. */
int64_t backoff_due_ms(const struct backoff *b, int64_t other_ms);

#endif
