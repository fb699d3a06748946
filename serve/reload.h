/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_RELOAD_H
#define SERVE_RELOAD_H

#include "serve/connections.h"
#include "serve/fifo.h"
#include "serve/listeners.h"
#include "serve/serve.h"
#include "serve/status.h"

/* The parts of the daemon that a new configuration changes. */
struct reload_parts {
	struct desk *desk;
	struct listeners *listeners;
	struct streams *streams;
	struct fifos *fifos;
	struct web *web;
	struct status_parts *status;
};

/**
 * reload - apply the configuration @o while the daemon runs
 * @o: must stay valid until the next call
 * The stock is kept. The clients of a listener are kept if @o has a listener with the same name; otherwise the listener
 * and its clients are closed. The sources, the size of the stock and the broker's socket change only at a restart.
 */
void reload(const struct reload_parts *p, const struct serve_options *o);

#endif
