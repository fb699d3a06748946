/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include <stddef.h>

#define JSON_DEPTH_MAX 64

/* A part of the caller's text: offset and length in bytes. */
struct json_span {
	size_t at, len;
};

/**
 * json_find_string - find the string value of a key in a JSON object; keys of nested objects do not count
 * @text, @len: the whole document; need not be terminated
 * @key:        plain ASCII; it is found even if the document writes it with escapes
 * @ret:        the text between the quotes of the value, with its escapes unchanged; untouched on error
 *
 * The whole document is checked against RFC 8259 before anything is returned. No heap is used, the nesting is limited,
 * and each byte is read once.
 * Returns: 0; -ENOENT if the object does not have the key; -EEXIST if it has the key twice; -EINVAL
 * if the value is not a string; -EBADMSG if this is not JSON, or not an object; -ELOOP if it is
 * nested deeper than JSON_DEPTH_MAX.
 */
int json_find_string(const char *text, size_t len, const char *key, struct json_span *ret);

/**
 * json_find_pair - find two keys with string values in the same object. This object is the document itself, or the
 * value of one of the document's keys
 * @key: two different keys, plain ASCII
 * @nth: which of the objects that have the first key: 0 for the object that ends first, and so on
 * @ret: as for json_find_string(), one for each key; untouched on error
 *
 * The whole document is checked, as by json_find_string(). Returns: 0; -ENOENT: no more than @nth objects have the
 * first key; -EINVAL: the object has the first key twice, or does not have the second key exactly once, or one of
 * the two values is not a string; -EBADMSG and -ELOOP as for json_find_string().
 */
int json_find_pair(const char *text, size_t len, const char *const key[2], unsigned nth,
	struct json_span ret[2]);

#endif
