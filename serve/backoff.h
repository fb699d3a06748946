/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_BACKOFF_H
#define SERVE_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#define BACKOFF_MIN_MS 5000 /* from the first failure to the next try; doubled each time, up to: */
#define BACKOFF_MAX_MS 600000
/* After this many failed health tests, each of which may be chance, a source is kept out. */
#define BACKOFF_ALARMS 3

/*
 * The record of a source that may fail repeatedly, or of all sources together: the failure is reported once, and the
 * source is tried less and less often. After failed health tests it is kept out. All zero: it works. Pure.
 */
struct backoff {
	bool reported;
	int pause_ms;     /* 0: it works */
	int64_t retry_ms; /* when to try again */
	unsigned alarms;  /* number of failed health tests */
	bool out;         /* kept out: not tried again until backoff_forgive() */
};

/**
 * backoff_fail - the source failed
 * @worth_reporting: false for a failure that the operator expects
 * Returns: whether the caller should report it now.
 */
bool backoff_fail(struct backoff *b, bool worth_reporting, int64_t now_ms);

/**
 * backoff_alarm - the source failed a health test
 * @sure: the test failed at alpha = 2^-60; false: at 2^-30, which a good source may reach once in a long time
 * Returns: whether the source is kept out from now on, and was not before.
 */
bool backoff_alarm(struct backoff *b, bool sure);

/** backoff_forgive - the operator has repaired the source: forget all its failures. */
void backoff_forgive(struct backoff *b);

/** backoff_recover - the source works again. Returns: whether the caller should report it: if it reported the failure. */
bool backoff_recover(struct backoff *b);

/** backoff_is_paused - whether the source is kept out, or it is too early to try it again. */
bool backoff_is_paused(const struct backoff *b, int64_t now_ms);

/** backoff_due_ms - the earlier of @other_ms and the time of the next try; @other_ms if the source is kept out. */
int64_t backoff_due_ms(const struct backoff *b, int64_t other_ms);

#endif
