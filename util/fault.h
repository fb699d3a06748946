/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_FAULT_H
#define UTIL_FAULT_H

#include <limits.h>

/* The exit statuses of every program. They are in the manual and never change. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_REFUSED = 3, /* entropy: a required source failed, or less was assessed than asked for;
		    * check: a source failed */
};

/* An error message and the program's exit status. The function that detects the error fills it in, and the program's
 * main prints it, once. */
struct fault {
	int status;              /* one of the above, but never EXIT_DONE */
	char text[2 * PATH_MAX]; /* empty: the error is already in the program's output */
};

/**
 * fault_set - store a message of one line that says what failed, and return the error
 * @f:   the caller's storage; NULL: the caller needs no message
 * @err: negative errno, returned unchanged
 * @fmt: "THING: what is wrong with it", without a newline, never with a secret
 *
 * The exit status becomes EXIT_FAILED. A line that is too long is cut.
 * Returns: @err, so that `return fault_set(...)` reads as one step.
 */
int fault_set(struct fault *f, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/** fault_errno - as fault_set(), with the message "THING: " and the system's description of @err. */
int fault_errno(struct fault *f, int err, const char *thing);

/** fault_usage - as fault_set(), for a wrong command line. Exit status: EXIT_USAGE. Returns: -EINVAL. */
int fault_usage(struct fault *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** fault_refused - as fault_set(), for too little entropy. Exit status: EXIT_REFUSED. Returns: -ENODATA. */
int fault_refused(struct fault *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** fault_reported - set only the exit status, because the messages are already printed. Returns: -ECANCELED. */
int fault_reported(struct fault *f, int status);

#endif
