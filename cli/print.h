/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include <stdio.h>

/*
 * Commands print everything that may contain a name through these functions, on both streams. Bytes that util/show.h does
 * not show as they are become \xNN, so no escape sequence reaches a terminal and a newline in a name begins no new line.
 */

/** print_part - prints formatted text without a newline. */
void print_part(FILE *to, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** print_line - the same, and then a newline, which @fmt must not contain. */
void print_line(FILE *to, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
