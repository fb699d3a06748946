/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WARNING_H
#define UTIL_WARNING_H

/* The destination of warnings from code that does not print: a function of the program, which prints them. */
struct warning_sink {
	void (*line)(
		void *ctx, const char *text); /* one line, without a newline, never with a secret */
	void *ctx;
};

/**
 * warning_send - send one line: "THING: what is wrong with it"; a line that is too long is cut
 * @to: NULL: the warning is dropped
 */
void warning_send(const struct warning_sink *to, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
