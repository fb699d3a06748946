/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WARNING_H
#define UTIL_WARNING_H

/* Where a room that does not print sends its warnings: to a program that does. */
struct warning_sink {
	void (*line)(
		void *ctx, const char *text); /* one line, without a newline, never with a secret */
	void *ctx;
};

/**
 * warning_send - one line: "THING: what is odd about it"
 * @to: NULL: nobody wants to hear it. A line too long is cut.
 */
void warning_send(const struct warning_sink *to, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
