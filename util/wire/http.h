/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_HTTP_H
#define UTIL_WIRE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The lines and numbers of HTTP/1.1 (RFC 9112), for a server and a client. Strict: what two readers could understand
 * differently is refused, even where the RFC lets a reader be lenient. Pure: no socket, no heap, no libc but mem*.
 *
 * A message is read in this order:
 *
 *   struct http_line line = { .text = buf, .size = sizeof(buf) };
 *   http_line_take()      until it returns 1: the first line
 *   http_request() or http_status()
 *   http_line_take()      again for each field; the line of length 0 ends the head
 *   http_field(), http_framing_add()
 *   http_body_begin()     once
 *   http_body_take()      until it returns 1: the body, in the pieces in which it came
 *
 * The text that http_request(), http_status() and http_field() return lies in the line's buffer, so the next
 * http_line_take() overwrites it. Limits on the number of lines, on the length of the head and of the body, and on the
 * time are the caller's.
 */

/* Some characters of a line, not terminated. */
struct http_text {
	const char *at;
	size_t len;
};

/* A line as it comes. The caller sets text and size, and the rest to zero. */
struct http_line {
	char *text; /* the caller's buffer: at most size - 1 characters and a zero */
	size_t size;
	size_t len; /* characters so far; of a whole line all but its CRLF */
	bool cr;    /* a CR came after these characters */
	bool whole;
};

/**
 * http_line_take - adds bytes to a line until it is whole
 * @line:     after a whole line the next call begins the next one
 * @ret_used: bytes of @raw that were taken; written in every case
 * Returns: 1: line->text has a whole line of line->len characters and then a zero; 0: @raw ended before the line did.
 * Errors: -EBADMSG for LF without CR before it, CR without LF after it, NUL, DEL or any control character but a tab;
 *         -EMSGSIZE for a line longer than the buffer. After an error the stream is over.
 */
int http_line_take(struct http_line *line, const uint8_t *raw, size_t len, size_t *ret_used);

/**
 * http_decimal - digits and nothing else: no sign, blank or other character, and at least one digit
 * @max: the greatest number that is taken
 * Returns: 0, or -EBADMSG, or -ERANGE for digits whose number is above @max.
 */
int http_decimal(struct http_text text, uint64_t max, uint64_t *ret);

/** http_hex - the same with hexadecimal digits of either case, without a prefix. */
int http_hex(struct http_text text, uint64_t max, uint64_t *ret);

/** http_find - the first @c in @text, or NULL. */
const char *http_find(struct http_text text, char c);

/** http_is - whether @text is @word, which is terminated; upper and lower case differ. */
bool http_is(struct http_text text, const char *word);

/** http_is_name - the same for names of fields and for tokens without case. @word: in lower case. */
bool http_is_name(struct http_text text, const char *word);

/** http_list_has - whether a value that is a list of tokens, separated by commas, has @word; without case. @word: in lower case. */
bool http_list_has(struct http_text list, const char *word);

struct http_request {
	struct http_text method; /* a token; case counts */
	struct http_text
		target; /* printable ASCII without a blank, as the client wrote it: not decoded */
	unsigned minor; /* of HTTP/1.x: 0 or 1 */
};

/**
 * http_request - parse the request line "METHOD TARGET HTTP/1.x", with exactly one blank between the parts
 * Returns: 0; -EBADMSG: not a request line; -EPROTONOSUPPORT: another version.
 */
int http_request(const struct http_line *line, struct http_request *ret);

struct http_status {
	unsigned code; /* 100..599 */
	unsigned minor;
	struct http_text reason; /* may be empty */
};

/** http_status - "HTTP/1.x CODE REASON"; the blank before an empty reason must be there. Returns as http_request(). */
int http_status(const struct http_line *line, struct http_status *ret);

struct http_field {
	struct http_text name;  /* a token */
	struct http_text value; /* without the blanks and tabs around it; may be empty */
};

/** http_field - "Name: value". Returns: 0, or -EBADMSG, also for a blank before the colon and for a folded line. */
int http_field(const struct http_line *line, struct http_field *ret);

/* What the fields of a message say about where it ends, and whether another may follow on the connection. */
struct http_framing {
	unsigned
		minor; /* set by the caller from the first line, before the first field; the rest is zero then */
	uint64_t length;
	bool has_length;        /* Content-Length */
	bool chunked;           /* Transfer-Encoding: chunked */
	bool close, keep_alive; /* Connection */
};

/**
 * http_framing_add - takes note of a field; one that says nothing about the framing changes nothing
 * Returns: 0.
 * Errors: -EBADMSG: a length that is not a decimal number of at most INT64_MAX, two lengths that differ, a length beside
 *         Transfer-Encoding, Transfer-Encoding twice or in HTTP/1.0; -ENOTSUP: any transfer coding but "chunked".
 */
int http_framing_add(struct http_framing *framing, const struct http_field *field);

/** http_framing_keeps - whether the connection is to stay open after this message. */
bool http_framing_keeps(const struct http_framing *framing);

enum http_body_state {
	HTTP_BODY_DATA,
	HTTP_BODY_DATA_END, /* the line end after the data of a chunk */
	HTTP_BODY_SIZE,
	HTTP_BODY_TRAILER,
	HTTP_BODY_DONE,
	HTTP_BODY_UNTIL_END, /* of the connection */
};

#define HTTP_CHUNK_LINE_MAX \
	128 /* characters of a chunk's size with its extensions, or of a trailer's field */
#define HTTP_TRAILER_MAX 16 /* fields */

struct http_body {
	enum http_body_state state;
	uint64_t left; /* bytes of a body with a length, or of this chunk, that are to come */
	unsigned trailers;
	struct http_line line;
	char text[HTTP_CHUNK_LINE_MAX + 1];
};

/**
 * http_body_begin - begins the body that @framing describes
 * @answer: of a response, which without any framing lasts until the connection ends; a request has no body then.
 *
 * A response to HEAD and one with status 1xx, 204 or 304 has no body, whatever its fields say: the caller does not call
 * this. @body must not be moved afterwards, as it points to itself.
 */
void http_body_begin(struct http_body *body, const struct http_framing *framing, bool answer);

/**
 * http_body_take - the next piece of a body
 * @ret_used: bytes of @raw that were taken; written in every case. Those behind the body are not
 * @ret_data: a piece of the body, in @raw; length 0: these bytes were framing only. Written in every case
 * Returns: 1 when the body is whole, perhaps with a last piece; 0 if not. One call returns at most one piece, so a caller
 *          goes on while there are bytes that were not taken. Call it once with @len 0 for a body that may be empty.
 * Errors: -EBADMSG: a chunk without a hexadecimal size, of more than INT64_MAX bytes, or without CRLF after it, or a bad
 *         trailer; -EMSGSIZE: a longer line or more fields of a trailer than the limits above.
 *
 * Extensions of chunks and fields of trailers are checked for their form and ignored. A body until the end of the connection
 * never returns 1: the caller sees the end, and cannot distinguish a whole body from a cut one.
 */
int http_body_take(struct http_body *body, const uint8_t *raw, size_t len, size_t *ret_used,
	struct http_text *ret_data);

#endif
