/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_MKISOFS_FALLBACK_H
#define CLI_MKISOFS_FALLBACK_H

#include "cli/config/config.h"
#include "cli/mkisofs_args.h"
#include "util/fault.h"

/* The program that makes the image if this one cannot honour the command line: `fallback` in the configuration. */
struct mkisofs_fallback {
	struct config config;
	const char *program; /* points into the configuration */
};

/**
 * mkisofs_fallback_find - finds the configured program
 * @n: the caller's storage; the caller calls mkisofs_fallback_clear() when done, also after an error
 * @refused: why this program does not make the image; becomes part of @f if there is no other program
 * Returns: 0, or with @f: -ENOTSUP if none is configured, -ELOOP if it is this program, was executed by this program
 * already, or cannot know the words; or another -errno.
 */
int mkisofs_fallback_find(struct mkisofs_fallback *n, const struct mkisofs_args *a,
	const struct fault *refused, struct fault *f);

/**
 * mkisofs_fallback_exec - executes @n->program with the words of the command line, but without our own option
 * Of the line's beginning, up to `-as NAME`, other programs get nothing. If the line has no `-as`, xorriso gets
 * `-as mkisofs` first.
 * Returns only on failure: -errno with @f.
 */
int mkisofs_fallback_exec(const struct mkisofs_fallback *n, const struct mkisofs_args *a, int argc,
	char **argv, struct fault *f);

void mkisofs_fallback_clear(struct mkisofs_fallback *n);

#endif
