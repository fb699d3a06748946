/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_MEMBER_H
#define SERVE_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMBER_TEXT_MAX 64 /* bytes of a value */

/*
 * Finds a string among the members of a JSON object that comes in pieces, and keeps nothing else of it: the rest of what
 * Nova sends is secret, and long. It takes and refuses what json_find_string() of util/json.h does, which needs the whole
 * text at once. Pure, and without a heap.
 */
struct member {
	const char *key;  /* plain ASCII */
	const char *left; /* of the key or the word that is being compared */
	uint64_t arrays;  /* a bit for each container that is open: it is an array */
	uint8_t state, depth;
	uint8_t more, low,
		high;   /* bytes of this UTF-8 character to come, and the range of the next one */
	uint8_t digits; /* hexadecimal ones to come, and ... */
	uint16_t code;  /* ... their number */
	bool is_key, same, wanted, is_string, too_long;
	uint8_t seen; /* how often the key was seen: 0, 1 or 2 */
	uint8_t len;
	char text[MEMBER_TEXT_MAX];
};

/** member_init - look for @key, which must outlive @m. */
void member_init(struct member *m, const char *key);

/** member_take - the next bytes. Returns: 0; -EBADMSG: not a JSON object; -ELOOP: nested too deeply. Then it is over. */
int member_take(struct member *m, const uint8_t *raw, size_t len);

/**
 * member_end - the text is over
 * @ret: what is between the quotes, escapes as they are; in @m, not terminated; untouched on error
 * Returns: 0; -EBADMSG: the object is not whole; -ENOENT: it does not have the key; -EEXIST: it has it twice; -EINVAL: the
 * value is no string; -EMSGSIZE: it is longer than MEMBER_TEXT_MAX.
 */
int member_end(const struct member *m, const char **ret, size_t *ret_len);

#endif
