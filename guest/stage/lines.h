/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_LINES_H
#define GUEST_STAGE_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Reads a text file of any length line by line. A line that does not fit into the buffer is cut off. */
struct lines {
	int fd;
	size_t at, have;
	bool cut; /* the next bytes are the rest of a line that was cut off */
	char text[4096];
};

/** lines_open - returns 0 or -errno; the caller calls lines_close() in the end, also after an error. */
int lines_open(struct lines *l, const char *path);

/** lines_next - the next line without its newline; the caller may change it until the next call. NULL: there are no more. */
char *lines_next(struct lines *l);

void lines_close(struct lines *l);

/** lines_word - take the next word from *@rest; words are separated by spaces or tabs. NULL: there are no more. */
char *lines_word(char **rest);

/** lines_field - take from *@rest the text before the next @separator, which may be empty. NULL: there are no more. */
char *lines_field(char **rest, char separator);

/** lines_begins - if @text begins with @with, the text after that; else NULL. */
const char *lines_begins(const char *text, const char *with);

#endif
