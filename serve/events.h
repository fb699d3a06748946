/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_EVENTS_H
#define SERVE_EVENTS_H

#include <event2/event.h>
#include <stdint.h>

/**
 * events_timer - create an event that calls @call(@to) after @ms
 * @what: EV_PERSIST: every @ms; 0: once
 * @ms:   0: the caller starts the timer later
 * Returns: the event, which the caller frees with event_free(); NULL: no memory.
 */
struct event *events_timer(
	struct event_base *base, short what, int64_t ms, event_callback_fn call, void *to);

/**
 * events_watch - create an event that calls @call(@to) each time that @what happens to @fd, a descriptor or a signal
 * number
 * Returns: as events_timer().
 */
struct event *events_watch(
	struct event_base *base, int fd, short what, event_callback_fn call, void *to);

#endif
