/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_LISTENERS_H
#define SERVE_LISTENERS_H

#include <event2/event.h>

#include "serve/connections.h"
#include "serve/listener.h"
#include "serve/streams.h"
#include "serve/web.h"

#define LISTENERS_MAX 17 /* the broker's, and 16 of the configuration */

struct listeners;

struct listeners_slot {
	struct listener listener;
	struct event *ready; /* somebody wants to connect */
	bool paused;
	struct listeners *all;
};

/* All sockets on which clients connect, with their events. */
struct listeners {
	struct listeners_slot slot[LISTENERS_MAX];
	size_t count;
	struct listen_options broker;
	struct event_base *base;
	struct event *resume; /* after a pause for want of descriptors */
	struct connections *connections;
	struct streams *streams;
	struct web *web;
	uint64_t pauses; /* for want of descriptors */
};

/**
 * listeners_open - the sockets that the service manager holds for us, by their names, and those that @o describes
 * @path:   the broker's, if the manager has none for it
 * @o:      @count of them, at most LISTENERS_MAX - 1; they must outlive @ls
 * One without an address for which the manager has no socket is left out, with an entry in the journal.
 * @ls: needs listeners_close() in the end, also after an error
 * Returns: 0, or -errno with @f.
 */
int listeners_open(struct listeners *ls, const char *path, const struct listen_options *o,
	size_t count, struct fault *f);

/** listeners_watch - from now on accept clients into @cs, @ss and @web. Returns: 0 or -ENOMEM. */
int listeners_watch(struct listeners *ls, struct event_base *base, struct connections *cs,
	struct streams *ss, struct web *web);

/**
 * listeners_update - listen as @o says from now on
 * One of the service manager's stays what it is. What cannot be opened is left out, with an entry in the journal.
 */
void listeners_update(struct listeners *ls, const struct listen_options *o, size_t count);

/** listeners_drain - accept those who have connected already; listeners_watch() has to be called before. */
void listeners_drain(struct listeners *ls);

/** listeners_close - nobody can connect from now on. */
void listeners_close(struct listeners *ls);

#endif
