/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_HEX_H
#define UTIL_HEX_H

#include <stddef.h>
#include <stdint.h>

#define UUID_SIZE   16
#define UUID_STRLEN 36

/** hex_encode - write @len bytes as 2 * @len lower-case digits and a terminating zero to @out. */
void hex_encode(const uint8_t *raw, size_t len, char *out);

/** hex_digit - the value of one hexadecimal digit, in either case; -1 if @c is no digit. */
int hex_digit(int c);

/**
 * uuid_parse - parse the 8-4-4-4-12 form of RFC 4122, in either case, with nothing before or after it
 * @text:     need not be terminated
 * @len:      must be UUID_STRLEN
 * @ret_uuid: 16 bytes in the order of the text; untouched on error
 * Returns: 0 or -EINVAL.
 */
int uuid_parse(const char *text, size_t len, uint8_t ret_uuid[UUID_SIZE]);

/** uuid_format - write a UUID in its 8-4-4-4-12 form, in lower case, with a terminating zero. */
void uuid_format(const uint8_t uuid[UUID_SIZE], char out[UUID_STRLEN + 1]);

#endif
