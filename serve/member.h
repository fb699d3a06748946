/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_MEMBER_H
#define SERVE_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMBER_TEXT_MAX 64 /* longest value that is found, in bytes */

/*
 * A parser that finds one member of a JSON object, whose value is a string, while the text arrives in pieces. It keeps
 * nothing else of the text, because the rest of what Nova sends is secret and long. It accepts the same texts as
 * json_find_string() in util/json.h, which needs the whole text at once. Pure, and without heap.
 */
struct member {
	const char *key;  /* ASCII, without quotes and backslashes */
	const char *left; /* the rest of the key or word that is being compared */
	/* A bit for each open object (0) or array (1); the innermost is the lowest bit. */
	uint64_t arrays;
	uint8_t state, depth;
	uint8_t more;      /* how many bytes of the current UTF-8 character are still to come */
	uint8_t low, high; /* the range of the next of these bytes */
	/* How many hexadecimal digits of the current escape \u are still to come. */
	uint8_t digits;
	uint16_t code;  /* the value of the digits so far */
	bool is_key;    /* the current string is a key */
	bool same;      /* the current string is equal to @key so far */
	bool wanted;    /* the current or next value is the one that is looked for */
	bool is_string; /* the value was a string */
	bool too_long;  /* the value has more than MEMBER_TEXT_MAX bytes */
	uint8_t seen;   /* how often the key has occurred: 0, 1, or 2 for two and more */
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
 * member_end - get the value; called after the last byte of the text
 * @ret: the bytes between the quotes, with their escapes unchanged. This is a pointer into @m, and the bytes have no
 *       terminating zero. Untouched on error
 * Returns: 0; -EBADMSG: the object is incomplete; -ENOENT: it does not have the key; -EEXIST: it has the key twice;
 * -EINVAL: the value is not a string; -EMSGSIZE: the value is longer than MEMBER_TEXT_MAX.
 */
int member_end(const struct member *m, const char **ret, size_t *ret_len);

#endif
