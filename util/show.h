/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_SHOW_H
#define UTIL_SHOW_H

#include <stddef.h>

/*
 * How names, labels and whatever else others have chosen are shown to people: printable UTF-8 as it is, and every other
 * byte as \xNN, with two lower-case digits. That is: bytes that are no UTF-8, control characters of either set, a newline
 * too, and the marks that change the direction or the line of what follows. A backslash stays as it is, so that text
 * can be shown twice without harm.
 */
#define SHOW_MAX 4 /* bytes at most for one character */

/**
 * show_length - bytes of the character that @text begins with, if it may be shown as it is
 * @len: how many bytes there are, at least 1
 * Returns: 1 to 4, or 0.
 */
size_t show_length(const char *text, size_t len);

/**
 * show_next - the character that @text begins with, or its first byte, as it is shown
 * @out: ends with a zero
 * Returns: how many bytes of @text that was.
 */
size_t show_next(const char *text, size_t len, char out[SHOW_MAX + 1]);

/** show_text - all of @text, or as many whole characters of it as @size has room for. Returns: @out. */
char *show_text(char *out, size_t size, const char *text);

#endif
