/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_STATUS_H
#define UTIL_WIRE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How the daemon tells root and its own user of its state, on the broker's socket (util/wire/broker.h); to all others it
 * answers as to any request that it refuses. Pure.
 *
 *   request   "SDRS"  u16 version  u16 0  u32 0  u32 0, little-endian
 *   answer    text: lines of a word and of fields, of which each is NAME=NUMBER or NAME="TEXT"
 *
 * In a text what is not printable ASCII, and " and \, are '?'. The first line is `status`, with its version.
 */
#define STATUS_VERSION      1
#define STATUS_REQUEST_SIZE 16
#define STATUS_MAX          65536 /* of an answer */
#define STATUS_WORD_MAX     32
#define STATUS_TEXT_MAX     512

void status_request_encode(uint8_t out[STATUS_REQUEST_SIZE]);

/** status_is_request - whether a packet is one, of a version that is known. */
bool status_is_request(const uint8_t *raw, size_t len);

/* What is being written; what has no room is left out by lines, and counted. */
struct status_writer {
	char *out;
	size_t size, len; /* @len: of whole lines */
	size_t at;        /* of the line that is being written; more than @size: it has no room */
	unsigned left_out;
};

/** status_begin - @w: writes to @size bytes at @out, at least 4096. */
void status_begin(struct status_writer *w, char *out, size_t size);

/** status_line - end the line before, and begin one with @word. */
void status_line(struct status_writer *w, const char *word);
void status_number(struct status_writer *w, const char *name, uint64_t number);
void status_text(struct status_writer *w, const char *name, const char *text);

/** status_end - end the last line. Returns: how many bytes there are. */
size_t status_end(struct status_writer *w);

struct status_field {
	char name[STATUS_WORD_MAX];
	bool is_text;
	uint64_t number;
	char text[STATUS_TEXT_MAX];
};

/** status_read_word - the word of the line at *@p, which is then behind it. Returns: 1; 0 at the end; -EBADMSG. */
int status_read_word(const char **p, const char *end, char ret[STATUS_WORD_MAX]);

/** status_read_field - the next field of the line. Returns: 1; 0 at its end, behind which *@p then is; -EBADMSG. */
int status_read_field(const char **p, const char *end, struct status_field *ret);

#endif
