/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_FAULT_H
#define UTIL_FAULT_H

#include <limits.h>

/* The exit statuses of every program; the manual has them, and they never change. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_REFUSED = 3, /* entropy: a required source failed, or less was assessed than asked for;
		    * check: a source failed */
};

/* What went wrong, in words, and what the program exits with: filled by the room that knows it, printed once, by
 * the program's main. */
struct fault {
	int status;              /* one of the above, never EXIT_DONE once it is set */
	char text[2 * PATH_MAX]; /* empty: the output of the program has said it already */
};

/**
 * fault_set - note in one line what failed, and pass the error on
 * @f:   the caller's storage; NULL: the caller needs no words
 * @err: negative errno, returned as it is
 * @fmt: "THING: what is wrong with it", without a newline, never with a secret
 *
 * The exit status becomes EXIT_FAILED. A line too long is cut.
 * Returns: @err, so that `return fault_set(...)` reads as one step.
 */
int fault_set(struct fault *f, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/** fault_errno - the same: "THING: " and the system's words for @err. */
int fault_errno(struct fault *f, int err, const char *thing);

/** fault_usage - the same for a word of the command line. Exit status: EXIT_USAGE. Returns: -EINVAL. */
int fault_usage(struct fault *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** fault_refused - the same where there is too little entropy. Exit status: EXIT_REFUSED. Returns: -ENODATA. */
int fault_refused(struct fault *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** fault_said - the lines that say what is wrong are written; only @status is left. Returns: -ECANCELED. */
int fault_said(struct fault *f, int status);

#endif
