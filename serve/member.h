/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_MEMBER_H
#define SERVE_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMBER_TEXT_MAX 64 /* bytes of a value */

/*
 * A parser that finds the value of one member of a JSON object, a string, while the text arrives in pieces. It keeps
 * nothing else of the text, because the rest of what Nova sends is secret and long. It accepts the same texts as
 * json_find_string() in util/json.h, which needs the whole text at once. Pure; it allocates nothing.
 */
struct member {
	const char *key;  /* ASCII, without quotes and backslashes */
	const char *left; /* the rest of the key or word that is being compared */
	uint64_t arrays;  /* a bit for each open object (0) or array (1), the innermost lowest */
	uint8_t state, depth;
	uint8_t more;      /* how many bytes of this UTF-8 character are still to come */
	uint8_t low, high; /* the range of the next of them */
	uint8_t digits;    /* how many hexadecimal digits of an escape \u are still to come */
	uint16_t code;     /* the value of the digits so far */
	bool is_key;       /* the current string is a key */
	bool same;         /* it equals @key so far */
	bool wanted;       /* the current or next value is the one to find */
	bool is_string;    /* the value was a string */
	bool too_long;     /* it has more than MEMBER_TEXT_MAX bytes */
	uint8_t seen;      /* how often the key has occurred: 0, 1, or 2 for more */
	uint8_t len;
	char text[MEMBER_TEXT_MAX];
};

/** member_init - look for @key, which must outlive @m. */
void member_init(struct member *m, const char *key);

/**
 * member_take - parse the next bytes of the text
 * Returns: 0; -EBADMSG: the text is not a JSON object; -ELOOP: it is nested too deeply. After an error @m is unusable.
 */
int member_take(struct member *m, const uint8_t *raw, size_t len);

/**
 * member_end - get the value, after the last byte of the text
 * @ret: the bytes between the quotes, with escapes unchanged; a pointer into @m, without a terminating zero; untouched on
 *       error
 * Returns: 0; -EBADMSG: the object is incomplete; -ENOENT: it does not have the key; -EEXIST: it has the key twice;
 * -EINVAL: the value is not a string; -EMSGSIZE: the value is longer than MEMBER_TEXT_MAX.
 */
int member_end(const struct member *m, const char **ret, size_t *ret_len);

#endif
