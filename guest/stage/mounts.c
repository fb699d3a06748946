/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/mounts.h"

#include <string.h>
#include <sys/mount.h>

#include "guest/stage/lines.h"
#include "guest/stage/notes.h"

#ifndef MS_LAZYTIME /* from linux/mount.h */
#define MS_LAZYTIME (1 << 25)
#endif

static bool is_octal(const char *c)
{
	return c[0] >= '0' && c[0] <= '3' && c[1] >= '0' && c[1] <= '7' && c[2] >= '0' &&
		c[2] <= '7';
}

/* The kernel writes spaces, and other characters that separate fields, as a backslash and three octal digits. This
 * restores them. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text == '\\' && is_octal(text + 1)) {
			*to++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 |
				(text[3] - '0'));
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

/* Notes an option of the file system, if it matters here. */
static void note_option(struct mount *m, const char *option)
{
	static const struct {
		char name[12];
		/* 0: with this option the journal is not replayed. A name that ends with '=' may have any value. */
		unsigned flag;
	} rows[] = { { "sync", MS_SYNCHRONOUS }, { "dirsync", MS_DIRSYNC }, { "mand", MS_MANDLOCK },
		{ "lazytime", MS_LAZYTIME }, { "norecovery", 0 }, { "noload", 0 },
		{ "nologreplay", 0 }, { "rescue=", 0 } };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *rest = lines_begins(option, rows[i].name);

		if (!rest || (*rest && rest[-1] != '='))
			continue;
		m->flags |= rows[i].flag;
		m->unrecovered |= !rows[i].flag;
	}
}

/* A line has the form "ID PARENT DEVICE ROOT POINT OPTIONS [OPTIONAL...] - TYPE SOURCE OPTIONS". A field may be empty;
 * SOURCE sometimes is. */
bool mounts_parse(char *line, const char *point, struct mount *ret)
{
	struct mount m = { 0 };
	char *rest = line, *field = NULL, *options;
	int i;

	for (i = 0; i < 5; i++)
		field = lines_field(&rest, ' ');
	if (!field)
		return false;
	unescape(field);
	options = lines_field(&rest, ' ');
	if (!options || strcmp(field, point) != 0)
		return false;
	m.writable = strcmp(lines_field(&options, ','), "rw") == 0;
	while ((field = lines_field(&rest, ' ')) && strcmp(field, "-") != 0)
		;
	for (i = 0; i < 3; i++)
		field = lines_field(&rest, ' ');
	m.fs_writable = field && lines_begins(field, "rw");
	m.writable &= m.fs_writable;
	while ((options = lines_field(&field, ',')))
		note_option(&m, options);
	*ret = m;
	return true;
}

bool mounts_find(const char *point, struct mount *ret)
{
	char path[NOTES_PATH];
	struct lines l;
	bool found = false;
	char *line;

	if (!notes_path(path, "/proc/self/mountinfo", ""))
		return false;
	/* If there are several mounts on the same point, the last one hides the others. */
	if (lines_open(&l, path) == 0)
		while ((line = lines_next(&l)))
			found |= mounts_parse(line, point, ret);
	lines_close(&l);
	return found;
}
