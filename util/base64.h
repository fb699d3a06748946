/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_BASE64_H
#define UTIL_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* Characters that so many bytes become, with padding. */
#define BASE64_LEN(bytes) (((bytes) + 2) / 3 * 4)

/** base64_encode - @len bytes in the alphabet of RFC 4648, section 4, padded, in constant time; BASE64_LEN(@len) characters and a zero. */
void base64_encode(const uint8_t *raw, size_t len, char *out);

#endif
