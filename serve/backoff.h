/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_BACKOFF_H
#define SERVE_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#define BACKOFF_MIN_MS 5000 /* from a failure to the next try; doubled each time, up to: */
#define BACKOFF_MAX_MS 600000

/*
 * The memory of something that may fail again and again: its failure is reported once, and it is tried
 * less and less often. All zero: it works. Pure.
 */
struct backoff {
	bool reported;
	int pause_ms;     /* 0: it works */
	int64_t retry_ms; /* when to try again */
};

/**
 * backoff_fail - it failed once more
 * @worth_reporting: false for a failure that the operator expects
 * Returns: whether the caller should report it now.
 */
bool backoff_fail(struct backoff *b, bool worth_reporting, int64_t now_ms);

/** backoff_recover - it works; returns whether the caller should report that, which it should if it reported the failure. */
bool backoff_recover(struct backoff *b);

/** backoff_rests - whether it is too early to try again. */
bool backoff_rests(const struct backoff *b, int64_t now_ms);

/** backoff_due_ms - when to try again, if that is before @other_ms; else @other_ms. */
int64_t backoff_due_ms(const struct backoff *b, int64_t other_ms);

#endif
