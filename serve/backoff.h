/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_BACKOFF_H
#define SERVE_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#define BACKOFF_MIN_MS 5000 /* from a failure to the next try; doubled each time, up to: */
#define BACKOFF_MAX_MS 600000
#define BACKOFF_ALARMS \
	3 /* as many failed health tests that may be chance count as one that is sure */

/*
 * The memory of something that may fail again and again: its failure is reported once, and it is tried
 * less and less often. After health tests that failed it is kept out. All zero: it works. Pure.
 */
struct backoff {
	bool reported;
	int pause_ms;     /* 0: it works */
	int64_t retry_ms; /* when to try again */
	unsigned alarms;  /* failed health tests, in all */
	bool out;         /* not to be tried again until backoff_forgive() */
};

/**
 * backoff_fail - it failed once more
 * @worth_reporting: false for a failure that the operator expects
 * Returns: whether the caller should report it now.
 */
bool backoff_fail(struct backoff *b, bool worth_reporting, int64_t now_ms);

/**
 * backoff_alarm - it failed a health test
 * @sure: at alpha = 2^-60; else at 2^-30, which a good source may reach once in a long time
 * Returns: whether it is kept out from now on, and was not before.
 */
bool backoff_alarm(struct backoff *b, bool sure);

/** backoff_forgive - the operator has seen to it: as if it had never failed. */
void backoff_forgive(struct backoff *b);

/** backoff_recover - it works; returns whether the caller should report that, which it should if it reported the failure. */
bool backoff_recover(struct backoff *b);

/** backoff_is_paused - whether it is kept out, or it is too early to try again. */
bool backoff_is_paused(const struct backoff *b, int64_t now_ms);

/** backoff_due_ms - when to try again, if it is not kept out and that is before @other_ms; else @other_ms. */
int64_t backoff_due_ms(const struct backoff *b, int64_t other_ms);

#endif
