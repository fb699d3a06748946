/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/backoff.h"

bool backoff_fail(struct backoff *b, bool worth_reporting, int64_t now_ms)
{
	const bool report = worth_reporting && !b->reported;

	if (b->pause_ms == 0)
		b->pause_ms = BACKOFF_MIN_MS;
	else if (b->pause_ms < BACKOFF_MAX_MS / 2)
		b->pause_ms *= 2;
	else
		b->pause_ms = BACKOFF_MAX_MS;
	b->retry_ms = now_ms + b->pause_ms;
	b->reported = b->reported || report;
	return report;
}

bool backoff_recover(struct backoff *b)
{
	const bool report = b->reported;

	*b = (struct backoff){ .alarms = b->alarms, .ever = b->ever, .out = b->out };
	return report;
}

bool backoff_alarm(struct backoff *b, bool sure)
{
	const bool before = b->out;

	b->alarms++;
	b->ever++;
	b->out = b->out || sure || b->alarms >= BACKOFF_ALARMS;
	return b->out && !before;
}

void backoff_forgive(struct backoff *b)
{
	*b = (struct backoff){ .ever = b->ever };
}

bool backoff_is_paused(const struct backoff *b, int64_t now_ms)
{
	return b->out || (b->pause_ms > 0 && now_ms < b->retry_ms);
}

int64_t backoff_due_ms(const struct backoff *b, int64_t other_ms)
{
	return !b->out && b->pause_ms > 0 && b->retry_ms < other_ms ? b->retry_ms : other_ms;
}
