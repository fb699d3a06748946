/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/wire/status.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const uint8_t request[STATUS_REQUEST_SIZE] = { 'S', 'D', 'R', 'S', STATUS_VERSION };

void status_request_encode(uint8_t out[STATUS_REQUEST_SIZE])
{
	memcpy(out, request, STATUS_REQUEST_SIZE);
}

bool status_is_request(const uint8_t *raw, size_t len)
{
	return len == STATUS_REQUEST_SIZE && memcmp(raw, request, len) == 0;
}

/* --- writing --- */

static void put(struct status_writer *w, const char *text, size_t len)
{
	/* One byte is reserved for the newline. */
	if (w->at + len + 1 > w->size) {
		w->at = w->size + 1;
		return;
	}
	memcpy(w->out + w->at, text, len);
	w->at += len;
}

static void end_line(struct status_writer *w)
{
	if (w->at > w->size)
		w->left_out++;
	else if (w->at > w->len) {
		w->out[w->at++] = '\n';
		w->len = w->at;
	}
	w->at = w->len;
}

/* Bytes reserved for a last line, which says how many lines were left out. */
#define LAST 64

void status_begin(struct status_writer *w, char *out, size_t size)
{
	*w = (struct status_writer){ .out = out, .size = size - LAST };
	status_line(w, "status");
	status_number(w, "version", STATUS_VERSION);
}

void status_line(struct status_writer *w, const char *word)
{
	end_line(w);
	put(w, word, strlen(word));
}

void status_number(struct status_writer *w, const char *name, uint64_t number)
{
	char text[64];
	const int n = snprintf(text, sizeof(text), " %.32s=%" PRIu64, name, number);

	put(w, text, (size_t)n);
}

void status_text(struct status_writer *w, const char *name, const char *text)
{
	size_t n = 0;

	put(w, " ", 1);
	put(w, name, strlen(name));
	put(w, "=\"", 2);
	for (; *text && n < STATUS_TEXT_MAX - 1; text++, n++) {
		const bool plain = *text >= ' ' && *text <= '~' && *text != '"' && *text != '\\';

		put(w, plain ? text : "?", 1);
	}
	put(w, "\"", 1);
}

size_t status_end(struct status_writer *w)
{
	end_line(w);
	w->size += LAST;
	if (w->left_out > 0) {
		status_line(w, "more");
		status_number(w, "lines", w->left_out);
		end_line(w);
	}
	return w->len;
}

/* --- reading --- */

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_';
}

static int read_word(const char **p, const char *end, char ret[STATUS_WORD_MAX])
{
	size_t n = 0;

	while (*p < end && is_word(**p)) {
		if (n == STATUS_WORD_MAX - 1)
			return -EBADMSG;
		ret[n++] = *(*p)++;
	}
	ret[n] = '\0';
	return n > 0 && *p < end ? 1 : -EBADMSG;
}

int status_read_word(const char **p, const char *end, char ret[STATUS_WORD_MAX])
{
	return *p == end ? 0 : read_word(p, end, ret);
}

static int read_text(const char **p, const char *end, struct status_field *f)
{
	size_t n = 0;

	for (; *p < end && **p != '"'; (*p)++) {
		if (n == STATUS_TEXT_MAX - 1 || **p < ' ' || **p > '~')
			return -EBADMSG;
		f->text[n++] = **p;
	}
	f->text[n] = '\0';
	f->is_text = true;
	if (*p == end)
		return -EBADMSG;
	(*p)++;
	return 1;
}

static int read_number(const char **p, const char *end, struct status_field *f)
{
	const char *first = *p;
	uint64_t digit;

	for (f->number = 0; *p < end && **p >= '0' && **p <= '9'; (*p)++) {
		digit = (uint64_t)(**p - '0');
		if (f->number > (UINT64_MAX - digit) / 10)
			return -EBADMSG;
		f->number = 10 * f->number + digit;
	}
	f->is_text = false;
	return *p > first ? 1 : -EBADMSG;
}

int status_read_field(const char **p, const char *end, struct status_field *ret)
{
	if (*p == end)
		return -EBADMSG;
	if (*(*p)++ == '\n')
		return 0;
	if ((*p)[-1] != ' ' || read_word(p, end, ret->name) < 0 || *(*p)++ != '=' || *p == end)
		return -EBADMSG;
	if (**p != '"')
		return read_number(p, end, ret);
	(*p)++;
	return read_text(p, end, ret);
}
