/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_SHOW_H
#define UTIL_SHOW_H

#include <stddef.h>

/*
 * Makes text from untrusted sources, such as names and labels, safe to print. Printable UTF-8 is kept, and every other
 * byte becomes \xNN, with two lower-case digits: bytes that are not valid UTF-8, all control characters (newlines
 * too), and the Unicode characters that change the direction of text or end a line. A backslash is kept, so that
 * printing the result through these functions again does not change it.
 */
#define SHOW_MAX 4 /* most bytes that one character of the text, or one byte as \xNN, takes */

/**
 * show_length - the length of the first character of @text, if it may be printed unchanged
 * @len: bytes of @text, at least 1
 * Returns: 1 to 4; 0 if it must not be printed.
 */
size_t show_length(const char *text, size_t len);

/**
 * show_next - write the printable form of the first character of @text, or of its first byte, to @out
 * @out: gets a terminating zero
 * Returns: how many bytes of @text were used.
 */
size_t show_next(const char *text, size_t len, char out[SHOW_MAX + 1]);

/**
 * show_text - write the printable form of @text to @out; if @size is too small, it is cut between two characters.
 * Returns: @out.
 */
char *show_text(char *out, size_t size, const char *text);

#endif
