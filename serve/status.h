/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_STATUS_H
#define SERVE_STATUS_H

#include "serve/connections.h"
#include "serve/listeners.h"
#include "serve/refill.h"
#include "serve/streams.h"
#include "serve/web.h"

#define STATUS_CLIENTS 256 /* how many streams are listed; these are the oldest */

/* The parts of the daemon whose state is reported, and when the daemon started. */
struct status_parts {
	struct reservoir *reservoir;
	struct refill *refill; /* NULL: not started yet */
	const struct desk *desk;
	const struct connections *connections;
	const struct generator *generator;
	struct streams *streams;
	const struct web *web;
	const struct listeners *listeners;
	const struct listen_options *listen;
	size_t listens;
	int64_t since_ms;  /* the start, by clock_ms() */
	int64_t since;     /* the start, in seconds since 1970 */
	uint64_t restores; /* how many restores of this machine were noticed */
	bool late;         /* the thread that draws hangs */
};

/**
 * status_serve - from now on let @cs answer status requests, in the format of util/wire/status.h
 * @parts: the parts that are reported, without any byte of a seed; must outlive @cs
 */
void status_serve(const struct status_parts *parts, struct connections *cs);

#endif
