/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include <stdio.h>

/*
 * The one way in which commands print what may have a name in it, on either stream: what util/show.h does not show as it
 * is comes as \xNN, so that no escape sequence reaches a terminal and no newline in a name makes a line.
 */

/** print_part - formatted text, without an end of line. */
void print_part(FILE *to, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** print_line - the same, and the end of the line, which is not in @fmt. */
void print_line(FILE *to, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
