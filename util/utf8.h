/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_UTF8_H
#define UTIL_UTF8_H

#include <stddef.h>
#include <stdint.h>

/**
 * utf8_length - bytes of the character that @text begins with, by RFC 3629
 * @len: how many bytes there are, at least 1
 * Returns: 1 to 4; 0 for anything malformed: cut short, overlong, a surrogate, above U+10FFFF.
 */
size_t utf8_length(const uint8_t *text, size_t len);

/** utf8_showable - the same, but 0 for control characters as well. */
size_t utf8_showable(const uint8_t *text, size_t len);

#endif
