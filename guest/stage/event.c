/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/event.h"

#include <errno.h>

#include "guest/stage/deadline.h"
#include "guest/stage/drives.h"
#include "guest/stage/heard.h"
#include "guest/stage/notes.h"
#include "guest/stage/program.h"
#include "guest/stage/say.h"
#include "guest/sys.h"

#define UDEV "/run/udev/control" /* its socket */

bool event_running(void)
{
	char path[NOTES_PATH];

	return notes_path(path, UDEV, "") && sys_exists(path);
}

/* What the program's run says of the device. */
static enum drives_state judge(int status, const char *note, const char *path)
{
	switch (status) {
	case -ETIME:
	case -EBUSY:
		say(path, " does not answer", NULL);
		return DRIVES_SILENT;
	case PROGRAM_NOT_RUN:
	case PROGRAM_NOT_THERE:
		return DRIVES_SILENT;
	}
	if (heard_any(note, heard_seed))
		return DRIVES_SEED;
	return heard_any(note, heard_silence) ? DRIVES_SILENT : DRIVES_BARE;
}

static enum drives_state look(const struct settings *s, const char *name)
{
	char note[DRIVES_NAME + sizeof("event.")], path[DRIVES_PATH];
	struct program p = { 0 };

	(void)sys_join(note, sizeof(note), "event.", name, "");
	drives_path(name, path);
	program_add(&p, PROGRAM_NAME, "--stage");
	program_add(&p, "event", "--device");
	program_add(&p, path, NULL);
	program_add_all(&p, s->options);
	program_add(&p, "--mix-only", NULL);
	return judge(program_run(&p, note), note, path);
}

/* Whoever decides meanwhile may have seen the device itself, beside another one, and decided on it: then that stands. */
static bool settle(const char *name, enum drives_state state)
{
	int lock = notes_lock();
	const bool decided = lock < 0 || drives_get(name) == DRIVES_DONE;
	const bool noted = !decided && drives_set(name, state);

	if (lock >= 0)
		sys_close(lock);
	return noted && state == DRIVES_SEED;
}

bool event_heard(const struct settings *s, const char *name)
{
	enum drives_state state;

	if (!drives_exists(name))
		return false;
	state = drives_get(name);
	if (state >= DRIVES_BARE && drives_numbered(name))
		return state == DRIVES_SEED;
	if (!drives_set(name, DRIVES_HEARD))
		return false;
	state = look(s, name);
	deadline_step("waiting for another stage");
	return settle(name, state);
}
