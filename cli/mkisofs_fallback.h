/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_MKISOFS_FALLBACK_H
#define CLI_MKISOFS_FALLBACK_H

#include <stdbool.h>

#include "cli/config/config.h"
#include "util/fault.h"

/* The program that gets the whole command line where this one cannot honour it: `fallback` in the configuration. */
struct mkisofs_fallback {
	struct config config;
	const char *program; /* of the configuration */
};

/**
 * mkisofs_fallback_find - the program, if it is there
 * @n: the caller's storage; needs mkisofs_fallback_clear() in the end, also after an error
 * @refused: why another program has to make the image; part of the fault if there is no such program
 * Returns: 0; -ENOTSUP where none is configured, -ELOOP where that is this program, else -errno; with @f.
 */
int mkisofs_fallback_find(struct mkisofs_fallback *n, const struct fault *refused, struct fault *f);

/** mkisofs_fallback_exec - become it. @as: @argv begins with `-as NAME`. Returns: -errno with @f, if at all. */
int mkisofs_fallback_exec(const struct mkisofs_fallback *n, bool as, char **argv, struct fault *f);

void mkisofs_fallback_clear(struct mkisofs_fallback *n);

#endif
