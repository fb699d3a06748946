/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_LINES_H
#define GUEST_STAGE_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* A text file line by line, as long as it may be. A line that does not fit is cut. */
struct lines {
	int fd;
	size_t at, have;
	bool cut; /* what follows is the rest of a line that was returned without it */
	char text[4096];
};

/** lines_open - 0 or -errno; lines_close() in the end, also after an error. */
int lines_open(struct lines *l, const char *path);

/** lines_next - the next line without its end, to be changed at will until the next call; NULL: no more. */
char *lines_next(struct lines *l);

void lines_close(struct lines *l);

/** lines_word - cut the next word, which spaces or tabs part from others, off *@rest; NULL: no more. */
char *lines_word(char **rest);

/** lines_field - cut off *@rest what comes before the next @separator, which may be nothing; NULL: no more. */
char *lines_field(char **rest, char separator);

/** lines_begins - what follows @with at the beginning of @text; NULL: it begins otherwise. */
const char *lines_begins(const char *text, const char *with);

#endif
