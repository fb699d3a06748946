/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include <stdint.h>

#include "seed/source/source.h"
#include "serve/listener.h"
#include "serve/policy.h"
#include "util/fault.h"

struct serve_options {
	const char *socket;         /* to create if the service manager hands none over */
	struct source_list sources; /* without the broker itself */
	uint32_t
		reservoir; /* blocks of 64 bytes, 2 to RESERVOIR_MAX; a seed of 256 bits takes one */
	uint32_t rate, burst; /* blocks for each account: a second, and at once; 1 to LIMIT_MAX */
	uint32_t budget;      /* bytes a second for all streams; 0: as many as they ask for */
	struct policy_options policy;
	const struct listen_options *listen; /* besides the broker's */
	size_t listens;                      /* at most LISTENERS_MAX - 1 */
	/* The same anew, as on SIGHUP; what it gives holds until the call after the next one. Returns: 0 or -errno with @f. */
	int (*reread)(void *to, struct serve_options *ret, struct fault *f);
	void *to;
};

/**
 * serve - run until SIGTERM or SIGINT
 * Returns: 0 after one of these; -errno with @f if the daemon cannot start, or its event loop fails.
 */
int serve(const struct serve_options *o, struct fault *f);

#endif
