/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/lines.h"

#include <string.h>

#include "guest/sys.h"

int lines_open(struct lines *l, const char *path)
{
	l->at = l->have = 0;
	l->cut = false;
	l->fd = sys_open(path, O_RDONLY);
	return l->fd < 0 ? l->fd : 0;
}

void lines_close(struct lines *l)
{
	if (l->fd >= 0)
		sys_close(l->fd);
	l->fd = -1;
}

/* Reads more of the file into the buffer. Returns: false at the end of the file. */
static bool read_more(struct lines *l)
{
	long n;

	memmove(l->text, l->text + l->at, l->have - l->at);
	l->have -= l->at;
	l->at = 0;
	n = l->fd < 0 ? 0 : sys_read(l->fd, l->text + l->have, sizeof(l->text) - 1 - l->have);
	if (n <= 0)
		return false;
	l->have += (size_t)n;
	return true;
}

/* Returns everything that is left in the buffer, as one line. */
static char *take_all(struct lines *l)
{
	char *line = l->text + l->at;

	l->text[l->have] = '\0';
	l->at = l->have;
	return line;
}

/* Returns the next complete line in the buffer. */
static char *take_line(struct lines *l)
{
	size_t i;

	for (i = l->at; i < l->have; i++) {
		char *line = l->text + l->at;

		if (l->text[i] != '\n')
			continue;
		l->text[i] = '\0';
		l->at = i + 1;
		return line;
	}
	return NULL;
}

char *lines_next(struct lines *l)
{
	for (;;) {
		char *line = take_line(l);
		const bool rest = l->cut;

		if (!line && l->have - l->at == sizeof(l->text) - 1) {
			l->cut = true;
			line = take_all(l);
		} else if (line) {
			l->cut = false;
		} else if (read_more(l)) {
			continue;
		} else {
			return rest || l->have == l->at ? NULL : take_all(l);
		}
		if (!rest)
			return line;
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

char *lines_word(char **rest)
{
	char *word = *rest, *end;

	while (is_blank(*word))
		word++;
	for (end = word; *end && !is_blank(*end); end++)
		;
	*rest = *end ? end + 1 : end;
	*end = '\0';
	return *word ? word : NULL;
}

char *lines_field(char **rest, char separator)
{
	char *field = *rest, *end;

	if (!field)
		return NULL;
	for (end = field; *end && *end != separator; end++)
		;
	*rest = *end ? end + 1 : NULL;
	*end = '\0';
	return field;
}

const char *lines_begins(const char *text, const char *with)
{
	const size_t n = strlen(with);

	return strncmp(text, with, n) == 0 ? text + n : NULL;
}
