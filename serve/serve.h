/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include <stdint.h>

#include "seed/source/source.h"
#include "serve/listener.h"
#include "serve/policy.h"
#include "util/fault.h"

struct serve_options {
	/* Path of the broker's socket, if the service manager passes none. */
	const char *socket;
	struct source_list sources; /* never contains the broker */
	/* The size of the stock: 2 to RESERVOIR_MAX blocks of 64 bytes. A seed of 256 bits takes one block. */
	uint32_t reservoir;
	/* Blocks that one account may take: per second, and at once; 1 to LIMIT_MAX. */
	uint32_t rate, burst;
	uint32_t budget; /* bytes a second for all streams together; 0: unlimited */
	struct policy_options policy;
	const struct listen_options *listen; /* all listeners but the broker's */
	size_t listens;                      /* their number, at most LISTENERS_MAX - 1 */
	/* Reads the options again; called after SIGHUP. What a call returns stays valid until the second call after it.
	 * Returns: 0 or -errno with @f. */
	int (*reread)(void *to, struct serve_options *ret, struct fault *f);
	void *to;
};

/**
 * serve - run until SIGTERM or SIGINT
 * Returns: 0 after one of these signals; -errno with @f if the daemon cannot start, or its event loop fails.
 */
int serve(const struct serve_options *o, struct fault *f);

#endif
