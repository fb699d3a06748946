/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_SHOW_H
#define UTIL_SHOW_H

#include <stddef.h>

/*
 * Makes text from untrusted sources, such as names and labels, safe to print. Printable UTF-8 is kept. Each byte of the
 * following becomes \xNN, with two lower-case digits: bytes that are not valid UTF-8, all control characters (newlines
 * too), and the Unicode characters that change the direction of text or end a line. A backslash is kept, so that a text
 * that has been through these functions does not change in a second pass.
 */
#define SHOW_MAX 4 /* bytes that one character can become: up to 4 in UTF-8, or 4 as \xNN */

/**
 * show_length - the length of the first character of @text, if it may be printed unchanged
 * @len: bytes of @text, at least 1
 * Returns: 1 to 4; 0 if it must not be printed.
 */
size_t show_length(const char *text, size_t len);

/**
 * show_next - write the first character of @text to @out; if it must not be printed, write its first byte as \xNN
 * @out: gets a terminating zero
 * Returns: the number of bytes of @text that were used.
 */
size_t show_next(const char *text, size_t len, char out[SHOW_MAX + 1]);

/**
 * show_text - write the printable form of @text to @out; if @size is too small, the text is cut between two characters
 * Returns: @out.
 */
char *show_text(char *out, size_t size, const char *text);

#endif
