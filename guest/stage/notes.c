/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/notes.h"

#include <errno.h>
#include <string.h>
#include <sys/file.h>

#include "guest/sys.h"

#define FOLDER "/run/seedrive"
#define NOTES  FOLDER "/guest"

const char *notes_top = "";

bool notes_path(char out[NOTES_PATH], const char *path, const char *more)
{
	return sys_join(out, NOTES_PATH, notes_top, path, more);
}

bool notes_name(char out[NOTES_PATH], const char *name)
{
	return notes_path(out, NOTES "/", name);
}

/* Whoever made it, it is one. */
static bool make_folder(const char *path, unsigned mode)
{
	char whole[NOTES_PATH];
	struct stat st;

	if (!notes_path(whole, path, ""))
		return false;
	sys_call(SYS_mkdirat, AT_FDCWD, (long)whole, mode);
	return sys_stat_at(AT_FDCWD, whole, 0, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The first is the broker's too, where there is one. */
bool notes_begin(void)
{
	return make_folder(FOLDER, 0755) && make_folder(NOTES, 0700);
}

bool notes_exists(const char *name)
{
	char path[NOTES_PATH];

	return notes_name(path, name) && sys_exists(path);
}

bool notes_has_text(const char *name)
{
	char path[NOTES_PATH];
	struct stat st;

	return notes_name(path, name) && sys_stat_at(AT_FDCWD, path, 0, &st) == 0 && st.st_size > 0;
}

int notes_open(const char *name)
{
	char path[NOTES_PATH];

	if (!notes_name(path, name))
		return -ENAMETOOLONG;
	return sys_open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
}

int notes_lock(void)
{
	int fd = notes_open("lock"), r;

	if (fd < 0)
		return fd;
	r = (int)sys_call(SYS_flock, fd, LOCK_EX, 0);
	if (r < 0) {
		sys_close(fd);
		return r;
	}
	return fd;
}

bool notes_write(const char *name, const char *line)
{
	int fd = notes_open(name), r = fd;

	if (fd < 0)
		return false;
	if (*line) {
		r = sys_write_all(fd, line, strlen(line));
		if (r == 0)
			r = sys_write_all(fd, "\n", 1);
	}
	sys_close(fd);
	return r >= 0;
}

bool notes_is(const char *name, const char *line)
{
	char path[NOTES_PATH], text[NOTES_PATH];
	const size_t n = strlen(line);

	return notes_name(path, name) && sys_read_text(path, text, sizeof(text)) > 0 &&
		strncmp(text, line, n) == 0 && (text[n] == '\n' || text[n] == '\0');
}
