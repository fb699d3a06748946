/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_FAULT_H
#define UTIL_FAULT_H

#include <limits.h>

/* What went wrong, named: filled by the room that knows it, printed by cli/ alone. */
struct fault {
	char text[PATH_MAX + 256];
};

/**
 * fault_set - note in one line what failed, and hand the error through
 * @f:   the caller's storage; NULL: nobody asks for words
 * @err: negative errno, returned as it is
 * @fmt: "THING: what is wrong with it", without a newline, never with a secret
 *
 * A line too long is cut. Returns: @err, so that `return fault_set(...)` reads as one step.
 */
int fault_set(struct fault *f, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/** fault_errno - the same, with the system's words for @err behind @thing. */
int fault_errno(struct fault *f, int err, const char *thing);

#endif
