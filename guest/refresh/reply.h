/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_REPLY_H
#define GUEST_REFRESH_REPLY_H

#include "util/wire/http.h"

#define REPLY_LINE_MAX   1023 /* characters of a line of the head */
#define REPLY_FIELDS_MAX 64
#define REPLY_BODY_MAX   (256u << 10)

enum reply_state { REPLY_STATUS, REPLY_FIELDS, REPLY_BODY, REPLY_DONE };

/* Parses the answer to a GET while its bytes arrive. It must be one message, with a length or in chunks, and nothing
 * may follow it. */
struct reply {
	enum reply_state state;
	unsigned code;
	unsigned fields; /* number of fields so far */
	/* The body: a buffer of the caller, of REPLY_BODY_MAX bytes; may become secret. */
	uint8_t *out;
	size_t len; /* length of the body so far */
	struct http_framing framing;
	struct http_line line;
	struct http_body body;
	char text[REPLY_LINE_MAX + 1];
};

/** reply_begin - initialise @reply. It must not be moved afterwards, because it contains pointers to itself. */
void reply_begin(struct reply *reply, uint8_t *out);

/**
 * reply_take - parse more bytes from the server
 * Returns: 1: the answer is complete (an answer with a code other than 200 is complete after its first line); 0: not
 * yet.
 * Errors: -EBADMSG: this is not HTTP/1.x, or bytes follow the body; -EPROTONOSUPPORT: another version of HTTP;
 *         -EMSGSIZE: a line or the head exceeds its limit; -EFBIG: the body exceeds REPLY_BODY_MAX; -ENOTSUP: the body
 *         has a transfer coding or content coding that is not supported; -ENODATA: nothing says where the body ends.
 */
int reply_take(struct reply *reply, const uint8_t *raw, size_t len);

#endif
