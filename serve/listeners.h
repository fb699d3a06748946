/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_LISTENERS_H
#define SERVE_LISTENERS_H

#include <event2/event.h>

#include "serve/connections.h"
#include "serve/listener.h"

#define LISTENERS_MAX 1

struct listeners;

struct listeners_slot {
	struct listener listener;
	struct event *ready; /* somebody wants to connect */
	struct listeners *all;
};

/* All sockets on which clients connect, with their events. */
struct listeners {
	struct listeners_slot slot[LISTENERS_MAX];
	size_t count;
	struct event *resume; /* after a pause for want of descriptors */
	struct connections *connections;
};

/**
 * listeners_open - those that the service manager holds for us; if there is none, one for the broker at @path
 * @ls: needs listeners_close() in the end, also after an error
 * Returns: 0, or -errno with @f.
 */
int listeners_open(struct listeners *ls, const char *path, struct fault *f);

/** listeners_watch - from now on accept clients into @cs. Returns: 0 or -ENOMEM. */
int listeners_watch(struct listeners *ls, struct event_base *base, struct connections *cs);

/** listeners_drain - accept those who have connected already; listeners_watch() has to be called before. */
void listeners_drain(struct listeners *ls);

/** listeners_close - nobody can connect from now on. */
void listeners_close(struct listeners *ls);

#endif
