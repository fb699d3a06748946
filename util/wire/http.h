/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_HTTP_H
#define UTIL_WIRE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The lines and numbers of HTTP/1.1 (RFC 9112), for a server and a client. The parser is strict: input that two
 * programs could understand in different ways is refused, even where the RFC allows a reader to be lenient. Pure: no
 * socket, no heap, nothing of libc but the mem* functions.
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
 * http_request(), http_status() and http_field() return pointers into the line's buffer, and the next http_line_take()
 * overwrites it. The caller limits the number of lines, the length of the head and of the body, and the time.
 */

/* Some characters of a line, not terminated. */
struct http_text {
	const char *at;
	size_t len;
};

/* A line that is being received. The caller sets text and size, and the rest to zero. */
struct http_line {
	char *text; /* the caller's buffer: at most size - 1 characters and a zero */
	size_t size;
	size_t len; /* characters so far; the CRLF at the end is not counted */
	bool cr;    /* a CR came after these characters */
	bool whole;
};

/**
 * http_line_take - add bytes to a line until it is complete
 * @line:     if it is complete already, this call begins the next line
 * @ret_used: bytes of @raw that were taken; always written
 * Returns: 1: the line is complete: line->text has line->len characters and a terminating zero; 0: @raw ended first.
 * Errors: -EBADMSG for LF without CR before it, CR without LF after it, NUL, DEL or any control character but a tab;
 *         -EMSGSIZE for a line longer than the buffer. After an error the rest of the stream cannot be used.
 */
int http_line_take(struct http_line *line, const uint8_t *raw, size_t len, size_t *ret_used);

/**
 * http_decimal - parse a decimal number: at least one digit, and no sign, blank or other character
 * @max: the greatest number that is accepted
 * Returns: 0; -EBADMSG; -ERANGE for a number above @max.
 */
int http_decimal(struct http_text text, uint64_t max, uint64_t *ret);

/** http_hex - the same for hexadecimal digits, in upper or lower case, without a prefix. */
int http_hex(struct http_text text, uint64_t max, uint64_t *ret);

/** http_find - find the first @c in @text. Returns: NULL if there is none. */
const char *http_find(struct http_text text, char c);

/** http_is - is @text equal to @word, which ends with a zero? Upper and lower case differ. */
bool http_is(struct http_text text, const char *word);

/** http_is_name - the same, but upper and lower case are equal: for field names and tokens. @word: in lower case. */
bool http_is_name(struct http_text text, const char *word);

/** http_list_has - does @list, of tokens separated by commas, contain @word? Case is ignored. @word: in lower case. */
bool http_list_has(struct http_text list, const char *word);

struct http_request {
	struct http_text method; /* a token; upper and lower case differ */
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

/**
 * http_status - parse "HTTP/1.x CODE REASON"; the second blank must be there even if the reason is empty
 * Returns: as http_request().
 */
int http_status(const struct http_line *line, struct http_status *ret);

struct http_field {
	struct http_text name;  /* a token */
	struct http_text value; /* without the blanks and tabs around it; may be empty */
};

/** http_field - parse "Name: value". Returns: 0; -EBADMSG, also for a blank before the colon and for a folded line. */
int http_field(const struct http_line *line, struct http_field *ret);

/* What the fields of a message say: where the message ends, and whether another one may follow on the connection. */
struct http_framing {
	unsigned
		minor; /* set by the caller from the first line, before the first field; the rest is zero then */
	uint64_t length;
	bool has_length;        /* Content-Length */
	bool chunked;           /* Transfer-Encoding: chunked */
	bool close, keep_alive; /* Connection */
};

/**
 * http_framing_add - take the framing from one field; other fields change nothing
 * @field: from http_field()
 * Returns: 0.
 * Errors: -EBADMSG: a length that is not a decimal number of at most INT64_MAX, two lengths that differ, both a length
 *         and a Transfer-Encoding, two Transfer-Encodings, one in HTTP/1.0, or one with a tab behind its value;
 *         -ENOTSUP: any transfer coding but "chunked".
 */
int http_framing_add(struct http_framing *framing, const struct http_field *field);

/** http_framing_keeps - does the connection stay open after this message? */
bool http_framing_keeps(const struct http_framing *framing);

enum http_body_state {
	HTTP_BODY_DATA,
	HTTP_BODY_DATA_END, /* the line end after the data of a chunk */
	HTTP_BODY_SIZE,
	HTTP_BODY_TRAILER,
	HTTP_BODY_DONE,
	HTTP_BODY_UNTIL_END, /* until the end of the connection */
};

#define HTTP_CHUNK_LINE_MAX \
	128 /* characters of the line with a chunk's size and extensions, or of one trailer field */
#define HTTP_TRAILER_MAX 16 /* fields */

struct http_body {
	enum http_body_state state;
	uint64_t left; /* bytes that are still to come, of a body with a length or of this chunk */
	unsigned trailers;
	struct http_line line;
	char text[HTTP_CHUNK_LINE_MAX + 1];
};

/**
 * http_body_begin - begin the body that @framing describes
 * @answer: true for an answer: if its framing says nothing, its body lasts until the end of the connection. A request
 *          whose framing says nothing has no body.
 *
 * An answer to HEAD, or one with the status 1xx, 204 or 304, has no body, whatever its fields say: the caller does not
 * call this function for it. @body must not be moved afterwards, because it contains a pointer to itself.
 */
void http_body_begin(struct http_body *body, const struct http_framing *framing, bool answer);

/**
 * http_body_take - take the next piece of a body
 * @ret_used: bytes of @raw that were taken; always written. Bytes after the end of the body are not taken
 * @ret_data: a piece of the body, in @raw; of length 0 if the bytes were only framing. Always written
 * Returns: 1 when the body is complete, perhaps with a last piece; 0 if it is not. One call returns at most one piece,
 *          so the caller goes on while there are bytes that were not taken. For a body that may be empty, call it once
 *          with @len 0.
 * Errors: -EBADMSG: a chunk without a hexadecimal size, of more than INT64_MAX bytes, or without CRLF after it, or a
 *         bad trailer; -EMSGSIZE: a line is too long, or a trailer has too many fields, for the limits above.
 *
 * Extensions of chunks are ignored; so are the fields of a trailer, after a check of their form. For a body that lasts
 * until the end of the connection this never returns 1: the caller sees the end of the connection, and cannot
 * distinguish a complete body from one that was cut.
 */
int http_body_take(struct http_body *body, const uint8_t *raw, size_t len, size_t *ret_used,
	struct http_text *ret_data);

#endif
