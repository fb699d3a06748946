/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_BASE64_H
#define UTIL_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* The number of characters that encode @bytes bytes, with padding. */
#define BASE64_LEN(bytes) (((bytes) + 2) / 3 * 4)

/**
 * base64_encode - encode @len bytes, in constant time, in the padded alphabet of RFC 4648, section 4
 * @out: BASE64_LEN(@len) + 1 bytes; gets the characters and a terminating zero
 */
void base64_encode(const uint8_t *raw, size_t len, char *out);

#endif
