/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_LINES_H
#define GUEST_STAGE_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Reads a text file of any length, line by line. If a line does not fit into the buffer, its rest is cut off. */
struct lines {
	int fd;
	size_t at, have;
	bool cut; /* the next bytes are the rest of a line that was cut off */
	char text[4096];
};

/** lines_open - open a file. Returns: 0 or -errno. The caller calls lines_close() in the end, also after an error. */
int lines_open(struct lines *l, const char *path);

/**
 * lines_next - get the next line, without its newline. The caller may change it until the next call.
 * Returns: NULL: there are no more.
 */
char *lines_next(struct lines *l);

void lines_close(struct lines *l);

/**
 * lines_word - take the next word from *@rest. Words are separated by spaces or tabs.
 * Returns: NULL: there are no more.
 */
char *lines_word(char **rest);

/**
 * lines_field - take from *@rest the text up to the next @separator; it may be empty.
 * Returns: NULL: there are no more.
 */
char *lines_field(char **rest, char separator);

/** lines_begins - does @text begin with @with? Returns: the text after @with; NULL: it does not. */
const char *lines_begins(const char *text, const char *with);

#endif
