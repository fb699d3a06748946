/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_UTF8_H
#define UTIL_UTF8_H

#include <stddef.h>
#include <stdint.h>

/**
 * utf8_length - the length of the first character of @text, by RFC 3629
 * @len: bytes of @text, at least 1
 * Returns: 1 to 4; 0 if it is malformed: cut short, overlong, a surrogate, or above U+10FFFF.
 */
size_t utf8_length(const uint8_t *text, size_t len);

/** utf8_decode - the code point of the character of @n bytes at @text; @n is what utf8_length() returned, not 0. */
uint32_t utf8_decode(const uint8_t *text, size_t n);

/** utf8_showable - as utf8_length(), but 0 also for a control character. */
size_t utf8_showable(const uint8_t *text, size_t len);

#endif
