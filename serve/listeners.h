/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_LISTENERS_H
#define SERVE_LISTENERS_H

#include <event2/event.h>

#include "serve/connections.h"
#include "serve/listener.h"
#include "serve/streams.h"
#include "serve/web.h"

#define LISTENERS_MAX 17 /* the broker's listener, and 16 listeners of the configuration */

struct listeners;

struct listeners_slot {
	struct listener listener;
	struct event *ready; /* a client wants to connect */
	bool paused;
	struct listeners *all;
};

/* All sockets on which clients connect, with their events. */
struct listeners {
	struct listeners_slot slot[LISTENERS_MAX];
	size_t count;
	struct listen_options broker;
	char *path; /* of the broker's socket */
	struct event_base *base;
	struct event *resume; /* accepts clients again, after the process ran out of descriptors */
	struct connections *connections;
	struct streams *streams;
	struct web *web;
	uint64_t pauses; /* how often the process ran out of descriptors */
};

/**
 * listeners_open - open the broker's listener, and those that @o describes
 * @ls:   needs listeners_close() in the end, also after an error
 * @path: of the broker's socket, if the service manager passes none
 * @o:    an array of @count listeners, at most LISTENERS_MAX - 1; it must outlive @ls
 *
 * If the service manager passes a socket under the name of a listener, the listener uses it. A listener that has
 * neither such a socket nor an address is left out, with an entry in the journal. Returns: 0, or -errno with @f.
 */
int listeners_open(struct listeners *ls, const char *path, const struct listen_options *o,
	size_t count, struct fault *f);

/**
 * listeners_watch - from now on accept clients, and give each to @cs, @ss or @web by its protocol
 * Returns: 0 or -ENOMEM.
 */
int listeners_watch(struct listeners *ls, struct event_base *base, struct connections *cs,
	struct streams *ss, struct web *web);

/**
 * listeners_update - replace the listeners, except the broker's, by those that @o describes
 * A socket that the service manager passed is kept as long as its section exists. A listener that cannot be opened is
 * left out, with an entry in the journal.
 */
void listeners_update(struct listeners *ls, const struct listen_options *o, size_t count);

/** listeners_drain - accept all clients that have connected already; may be called only after listeners_watch(). */
void listeners_drain(struct listeners *ls);

/** listeners_close - close all sockets: from now on nobody can connect. */
void listeners_close(struct listeners *ls);

#endif
