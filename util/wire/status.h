/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_STATUS_H
#define UTIL_WIRE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The report of the daemon's state, on the broker's socket (util/wire/broker.h). The daemon answers only root and its
 * own user; it refuses the request of anybody else, as it refuses an invalid request. Pure.
 *
 *
 *   request   "SDRS"  u16 version  u16 0  u32 0  u32 0, little-endian
 *   answer    text: each line is a word followed by fields; a field is NAME=NUMBER or NAME="TEXT"
 *
 * In a TEXT, every byte that is not printable ASCII, and each " and \, becomes '?'. The word of the first line is
 * `status`, and its field is the version.
 */
#define STATUS_VERSION      1
#define STATUS_REQUEST_SIZE 16
#define STATUS_MAX          65536 /* bytes of an answer, at most */
#define STATUS_WORD_MAX     32
#define STATUS_TEXT_MAX     512

void status_request_encode(uint8_t out[STATUS_REQUEST_SIZE]);

/** status_is_request - is the packet a status request of a known version? */
bool status_is_request(const uint8_t *raw, size_t len);

/* Writes an answer. A line that does not fit is left out whole, and counted. */
struct status_writer {
	char *out;
	size_t size, len; /* @len: bytes of complete lines */
	size_t at; /* where the current line goes on; more than @size if the line does not fit */
	unsigned left_out; /* number of lines left out */
};

/** status_begin - begin to write an answer of up to @size bytes to @out; @size is at least 4096. */
void status_begin(struct status_writer *w, char *out, size_t size);

/** status_line - end the current line, and begin one with @word; status_number() and status_text() add its fields. */
void status_line(struct status_writer *w, const char *word);
void status_number(struct status_writer *w, const char *name, uint64_t number);
void status_text(struct status_writer *w, const char *name, const char *text);

/** status_end - end the last line. Returns: the length of the answer in bytes. */
size_t status_end(struct status_writer *w);

struct status_field {
	char name[STATUS_WORD_MAX];
	bool is_text;
	uint64_t number;
	char text[STATUS_TEXT_MAX];
};

/**
 * status_read_word - read the word of the line at *@p, and advance *@p. Returns: 1; 0 at the end of the text;
 * -EBADMSG.
 */
int status_read_word(const char **p, const char *end, char ret[STATUS_WORD_MAX]);

/**
 * status_read_field - read the next field, and advance *@p. Returns: 1; 0 after the last field of the line; -EBADMSG.
 */
int status_read_field(const char **p, const char *end, struct status_field *ret);

#endif
