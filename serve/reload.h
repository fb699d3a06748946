/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_RELOAD_H
#define SERVE_RELOAD_H

#include "serve/connections.h"
#include "serve/fifo.h"
#include "serve/listeners.h"
#include "serve/serve.h"
#include "serve/status.h"

/* What a new configuration concerns. */
struct reload_parts {
	struct desk *desk;
	struct listeners *listeners;
	struct streams *streams;
	struct fifos *fifos;
	struct web *web;
	struct status_parts *status;
};

/**
 * reload - go by @o from now on, and lose neither stock nor clients
 * @o: holds until the next call
 * Listeners are known by their names: one that is there no more is closed with its clients, and those of one that is
 * served otherwise stay. The sources, the size of the stock and the broker's socket hold until a restart.
 */
void reload(const struct reload_parts *p, const struct serve_options *o);

#endif
