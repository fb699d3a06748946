/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/events.h"

struct event *events_timer(
	struct event_base *base, short what, int64_t ms, event_callback_fn call, void *to)
{
	const struct timeval t = { ms / 1000, ms % 1000 * 1000 };
	struct event *e = event_new(base, -1, what, call, to);

	if (e && ms > 0)
		event_add(e, &t);
	return e;
}

struct event *events_watch(
	struct event_base *base, int fd, short what, event_callback_fn call, void *to)
{
	struct event *e = event_new(base, fd, what | EV_PERSIST, call, to);

	if (e)
		event_add(e, NULL);
	return e;
}
