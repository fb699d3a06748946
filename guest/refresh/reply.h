/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_REPLY_H
#define GUEST_REFRESH_REPLY_H

#include "util/wire/http.h"

#define REPLY_LINE_MAX   1023 /* characters of a line of the head */
#define REPLY_FIELDS_MAX 64
#define REPLY_BODY_MAX   (256u << 10)

enum reply_state { REPLY_STATUS, REPLY_FIELDS, REPLY_BODY, REPLY_DONE };

/* The answer to a GET, as it comes: one message, with a length or in chunks, and nothing behind it. */
struct reply {
	enum reply_state state;
	unsigned code;
	unsigned fields; /* seen so far */
	uint8_t *out;    /* the caller's, REPLY_BODY_MAX bytes: the body, which may be secret */
	size_t len;      /* of the body so far */
	struct http_framing framing;
	struct http_line line;
	struct http_body body;
	char text[REPLY_LINE_MAX + 1];
};

/** reply_begin - @reply must not be moved afterwards, as it points to itself. */
void reply_begin(struct reply *reply, uint8_t *out);

/**
 * reply_take - some more of what the server sends
 * Returns: 1: the answer is whole; of one whose code is not 200 that is its first line. 0: not yet.
 * Errors: -EBADMSG: this is no HTTP/1.x, or something comes behind the body; -EPROTONOSUPPORT: of another version;
 *         -EMSGSIZE: a line or a head above the limits; -EFBIG: a body above REPLY_BODY_MAX; -ENOTSUP: a coding of
 *         transfer or content; -ENODATA: a body of which nobody knows where it ends.
 */
int reply_take(struct reply *reply, const uint8_t *raw, size_t len);

#endif
