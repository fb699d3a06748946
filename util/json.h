/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include <stddef.h>

#define JSON_DEPTH_MAX 64

/* A place in the caller's text. */
struct json_span {
	size_t at, len;
};

/**
 * json_find_string - where in a JSON object the string value of one of its own keys stands
 * @text, @len: the whole document; need not be terminated
 * @key:        plain ASCII; found however the document escapes it
 * @ret:        what stands between the quotes, escapes as they are; untouched on error
 *
 * All of the document is checked against RFC 8259 before the answer is given; no heap, bounded
 * nesting, each byte looked at once.
 * Returns: 0; -ENOENT when the object does not have the key; -EEXIST when it has it twice; -EINVAL
 * when the value is no string; -EBADMSG when this is not JSON, or not an object; -ELOOP when it is
 * nested deeper than JSON_DEPTH_MAX.
 */
int json_find_string(const char *text, size_t len, const char *key, struct json_span *ret);

#endif
