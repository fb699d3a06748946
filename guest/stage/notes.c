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

/* Makes a folder. Returns: true also if it exists already. */
static bool make_folder(const char *path, unsigned mode)
{
	char whole[NOTES_PATH];
	struct stat st;

	if (!notes_path(whole, path, ""))
		return false;
	sys_call(SYS_mkdirat, AT_FDCWD, (long)whole, mode);
	return sys_stat_at(AT_FDCWD, whole, 0, &st) == 0 && S_ISDIR(st.st_mode);
}

/* If the daemon runs on this machine, it uses the first of these folders too. */
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

int notes_lock(const char *name)
{
	int fd = notes_open(name), r;

	if (fd < 0)
		return fd;
	r = (int)sys_call(SYS_flock, fd, LOCK_EX, 0);
	if (r < 0) {
		sys_close(fd);
		return r;
	}
	return fd;
}

static int write_line(int fd, const char *line)
{
	const int r = sys_write_all(fd, line, strlen(line));

	return r < 0 ? r : sys_write_all(fd, "\n", 1);
}

/* Writes a new file under another name first, so that a process that is killed meanwhile leaves the old note, and never
 * half a note. */
bool notes_write(const char *name, const char *line)
{
	char temp[NOTES_PATH], from[NOTES_PATH], to[NOTES_PATH];
	int fd, r;

	if (!sys_join(temp, sizeof(temp), ".", name, "") || !notes_name(from, temp) ||
		!notes_name(to, name))
		return false;
	fd = notes_open(temp);
	r = fd < 0 || !*line ? fd : write_line(fd, line);
	if (fd >= 0)
		sys_close(fd);
	if (r >= 0)
		r = (int)sys_call6(SYS_renameat2, AT_FDCWD, (long)from, AT_FDCWD, (long)to, 0, 0);
	return r >= 0;
}

void notes_remove(const char *name)
{
	char path[NOTES_PATH];

	if (notes_name(path, name))
		sys_unlink_at(AT_FDCWD, path);
}

bool notes_is(const char *name, const char *line)
{
	char path[NOTES_PATH], text[NOTES_PATH];
	const size_t n = strlen(line);

	return notes_name(path, name) && sys_read_text(path, text, sizeof(text)) > 0 &&
		strncmp(text, line, n) == 0 && (text[n] == '\n' || text[n] == '\0');
}
