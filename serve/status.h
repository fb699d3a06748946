/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_STATUS_H
#define SERVE_STATUS_H

#include "serve/connections.h"
#include "serve/listeners.h"
#include "serve/refill.h"
#include "serve/streams.h"
#include "serve/web.h"

#define STATUS_CLIENTS 256 /* of the streams, the oldest */

/* What the daemon tells of: its parts, and when it began. */
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
	int64_t since_ms;
	int64_t since;     /* the same in seconds since 1970 */
	uint64_t restores; /* that were noticed */
	bool late;         /* the thread that draws hangs */
};

/** status_serve - tell all of it, in the form of util/wire/status.h, to those who ask @cs; no byte of a seed. @parts must outlive it. */
void status_serve(const struct status_parts *parts, struct connections *cs);

#endif
