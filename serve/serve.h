/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include <stdint.h>

#include "seed/source/source.h"
#include "util/fault.h"

/* A block is 64 bytes that claim at most 256 bits; a seed of 256 bits takes two, one to mix from. */
struct serve_options {
	const char *socket;         /* where none is handed to us */
	struct source_list sources; /* without the broker itself */
	uint32_t reservoir;         /* blocks, 2 to RESERVOIR_MAX */
	uint32_t rate, burst;       /* blocks for each user: a second, and at once; to LIMIT_MAX */
};

/**
 * serve - until SIGTERM or SIGINT
 * Returns: 0 after one of these; -errno with @f where there was nothing to begin with.
 */
int serve(const struct serve_options *o, struct fault *f);

#endif
