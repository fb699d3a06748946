/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that no stage has looked at yet. */
#include "guest/stage/latecomers.h"

#include <errno.h>
#include <string.h>

#include "guest/stage/heard.h"
#include "guest/stage/lines.h"
#include "guest/stage/notes.h"
#include "guest/stage/program.h"
#include "guest/sys.h"

#define BLOCKS    "/sys/class/block"
#define NOTE      "devices"
#define LATE      "late"
#define NAME_SIZE 64

struct next {
	const char *after; /* the first name that comes after this one */
	char *name;
};

static bool compare(void *ctx, const char *name)
{
	struct next *n = ctx;

	if (strcmp(name, n->after) > 0 && (!n->name[0] || strcmp(name, n->name) < 0))
		(void)sys_join(n->name, NAME_SIZE, name, "", "");
	return false;
}

/* In the order of their names, one more each time; false: that was the last one. */
static bool next_device(char name[NAME_SIZE])
{
	char path[NOTES_PATH], last[NAME_SIZE];
	struct next n = { .after = last, .name = name };

	memcpy(last, name, NAME_SIZE);
	name[0] = '\0';
	if (notes_path(path, BLOCKS, ""))
		sys_each_name(path, compare, &n);
	return name[0] != '\0';
}

static void add_to_note(const char *name)
{
	char path[NOTES_PATH];
	int fd = -ENAMETOOLONG;

	if (notes_name(path, NOTE))
		fd = sys_open_at(AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT, 0600);
	if (fd < 0)
		return;
	(void)sys_write_all(fd, name, strlen(name));
	(void)sys_write_all(fd, "\n", 1);
	sys_close(fd);
}

void latecomers_note(void)
{
	char name[NAME_SIZE] = "";

	(void)notes_write(NOTE, "");
	while (next_device(name))
		add_to_note(name);
}

static bool is_noted(const char *name)
{
	char path[NOTES_PATH];
	struct lines l;
	bool found = false;
	const char *line;

	if (!notes_name(path, NOTE))
		return false;
	if (lines_open(&l, path) == 0)
		while (!found && (line = lines_next(&l)))
			found = strcmp(line, name) == 0;
	lines_close(&l);
	return found;
}

/* The program passes over them, as guest/device.c has it. */
static bool is_passed_over(const char *name)
{
	static const char kinds[][5] = { "loop", "ram", "zram", "dm-", "md", "fd", "nbd" };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (lines_begins(name, kinds[i]))
			return true;
	return false;
}

/* Returns: has it a seed? A negative @ret_status: nothing more can be asked. */
static bool look(const char *name, int *ret_status)
{
	char path[NAME_SIZE + sizeof("/dev/")], *c;
	struct program p = { 0 };

	(void)sys_join(path, sizeof(path), "/dev/", name, "");
	/* Where a name has a slash, sysfs writes this. */
	for (c = path; *c; c++)
		if (*c == '!')
			*c = '/';
	program_add(&p, PROGRAM_NAME, "--dry-run");
	program_add(&p, "--wait", "1");
	program_add(&p, "--device", path);
	*ret_status = program_run(&p, LATE);
	return heard_any(LATE, heard_seed);
}

bool latecomers_look(void)
{
	char name[NAME_SIZE] = "";
	int status = PROGRAM_DONE;

	while (status >= 0 && next_device(name)) {
		if (is_noted(name))
			continue;
		add_to_note(name);
		if (!is_passed_over(name) && look(name, &status))
			return true;
	}
	return false;
}
