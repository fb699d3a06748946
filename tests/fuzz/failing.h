/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FUZZ_FAILING_H
#define TESTS_FUZZ_FAILING_H

/*
 * Makes one call of a library function fail, if an input asks for it. A target defines each function that may fail; its
 * definition replaces that of the library in the whole program. The definition asks failing_now(), and otherwise calls
 * the original, with the checks of the sanitizer if there are any. Calls fail only between failing_begin() and
 * failing_end(), and only in the thread that called these.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#pragma clang attribute push(__attribute__((no_sanitize("coverage"))), apply_to = function)

static __thread struct {
	unsigned which; /* the function that fails; 0: none */
	unsigned calls; /* calls of it that succeed before */
	bool happened;
} failing;

static inline void failing_begin(unsigned which, unsigned calls)
{
	failing.which = which;
	failing.calls = calls;
	failing.happened = false;
}

/* Returns: whether the call failed. */
static inline bool failing_end(void)
{
	failing.which = 0;
	return failing.happened;
}

/* Must this call of the function @which fail? If so, sets errno. */
static inline bool failing_now(unsigned which, int err)
{
	if (failing.which != which || failing.happened || failing.calls-- > 0)
		return false;
	failing.happened = true;
	errno = err;
	return true;
}

/* Is @caller, a return address, in the program itself? How often a shared library allocates memory can depend on the
 * machine, so those calls are not counted. */
static inline bool failing_in_program(const void *caller)
{
	extern const char __executable_start[], etext[];

	return (const char *)caller >= __executable_start && (const char *)caller < etext;
}

#pragma clang attribute pop

#endif
