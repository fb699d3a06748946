/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/drives.h"

#include <string.h>

#include "guest/stage/lines.h"
#include "guest/stage/notes.h"
#include "guest/sys.h"

#define BLOCKS      "/sys/class/block/"
#define PREFIX      "drive."
#define NUMBER_SIZE 24
#define NO_NUMBER   "-"

static const char *const words[] = { "", "heard", "left", "silent", "bare", "seed", "done" };

#define STATES (sizeof(words) / sizeof(*words))

static bool is_name(const char *text)
{
	size_t n = 0;

	while (text[n] && text[n] != '/')
		n++;
	return n > 0 && n < DRIVES_NAME && !text[n] && text[0] != '.';
}

bool drives_exists(const char *name)
{
	char folder[NOTES_PATH], path[NOTES_PATH];

	return is_name(name) && notes_path(folder, BLOCKS, "") &&
		sys_join(path, sizeof(path), folder, name, "") && sys_exists(path);
}

/* Reads the number of the disk's medium; if @name is a partition, that of its disk. */
static void read_number(const char *name, char ret[NUMBER_SIZE])
{
	static const char *const files[] = { "/diskseq", "/../diskseq" };
	char folder[NOTES_PATH], path[NOTES_PATH], *rest = ret;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (notes_path(folder, BLOCKS, name) &&
			sys_join(path, sizeof(path), folder, files[i], "") &&
			sys_read_text(path, ret, NUMBER_SIZE) > 0) {
			(void)lines_field(&rest, '\n');
			return;
		}
	(void)sys_join(ret, NUMBER_SIZE, NO_NUMBER, "", "");
}

bool drives_numbered(const char *name)
{
	char number[NUMBER_SIZE];

	read_number(name, number);
	return strcmp(number, NO_NUMBER) != 0;
}

static bool note_of(const char *name, char ret[DRIVES_NAME + sizeof(PREFIX)])
{
	return sys_join(ret, DRIVES_NAME + sizeof(PREFIX), PREFIX, name, "");
}

static enum drives_state state_of(const char *word)
{
	size_t i;

	for (i = 1; i < STATES; i++)
		if (strcmp(words[i], word) == 0)
			return (enum drives_state)i;
	return DRIVES_UNKNOWN;
}

/* A note has the form "STATE NUMBER". */
enum drives_state drives_get(const char *name)
{
	char note[DRIVES_NAME + sizeof(PREFIX)], path[NOTES_PATH], text[NUMBER_SIZE + 16];
	char number[NUMBER_SIZE], *rest = text, *line;
	const char *word, *noted;

	if (!note_of(name, note) || !notes_name(path, note) ||
		sys_read_text(path, text, sizeof(text)) <= 0)
		return DRIVES_UNKNOWN;
	line = lines_field(&rest, '\n');
	word = lines_word(&line);
	noted = lines_word(&line);
	read_number(name, number);
	return word && noted && strcmp(noted, number) == 0 ? state_of(word) : DRIVES_UNKNOWN;
}

bool drives_set(const char *name, enum drives_state state)
{
	char note[DRIVES_NAME + sizeof(PREFIX)], number[NUMBER_SIZE], line[NUMBER_SIZE + 16];

	read_number(name, number);
	return note_of(name, note) && sys_join(line, sizeof(line), words[state], " ", number) &&
		notes_write(note, line);
}

bool drives_change(const char *name, unsigned from, enum drives_state to)
{
	const int lock = notes_lock("lock.drives");
	bool changed;

	if (lock < 0)
		return false;
	changed = (from & DRIVES_BIT(drives_get(name))) && drives_set(name, to);
	sys_close(lock);
	return changed;
}

void drives_path(const char *name, char ret[DRIVES_PATH])
{
	char *c;

	(void)sys_join(ret, DRIVES_PATH, "/dev/", name, "");
	/* If a device's name has a slash, sysfs writes it as '!'. */
	for (c = ret; *c; c++)
		if (*c == '!')
			*c = '/';
}

struct each {
	enum drives_state state;
	bool (*call)(void *ctx, const char *name);
	void *ctx;
};

static bool call_if(void *ctx, const char *note)
{
	const struct each *e = ctx;
	const char *name = lines_begins(note, PREFIX);

	return name && drives_exists(name) && drives_get(name) == e->state && e->call(e->ctx, name);
}

bool drives_each(enum drives_state state, bool (*call)(void *ctx, const char *name), void *ctx)
{
	struct each e = { state, call, ctx };
	char path[NOTES_PATH];

	return notes_name(path, "") && sys_each_name(path, call_if, &e);
}

static bool found(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return true;
}

bool drives_any(enum drives_state state)
{
	return drives_each(state, found, NULL);
}
