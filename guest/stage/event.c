/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/event.h"

#include <errno.h>
#include <string.h>

#include "guest/stage/deadline.h"
#include "guest/stage/drives.h"
#include "guest/stage/heard.h"
#include "guest/stage/lines.h"
#include "guest/stage/notes.h"
#include "guest/stage/program.h"
#include "guest/stage/say.h"
#include "guest/sys.h"

#define SOCKETS "/proc/net/unix"
#define UDEV    " /run/udev/control"

/* Is udev running? Its socket must be among the open ones: the file of the socket stays after the udev of an initramfs
 * has ended. */
bool event_running(void)
{
	char path[NOTES_PATH];
	struct lines l;
	bool found = false;
	const char *line, *at;

	if (!notes_path(path, SOCKETS, ""))
		return false;
	if (lines_open(&l, path) == 0)
		while (!found && (line = lines_next(&l)))
			found = (at = strstr(line, UDEV)) && !at[strlen(UDEV)];
	lines_close(&l);
	return found;
}

/* Returns the state of the device after a run of the program. If the run has not proved that the device has no seed,
 * the device counts as one that did not answer, and will be looked at again. */
static enum drives_state judge(int status, const char *note, const char *path)
{
	if (status == -ETIME || status == -EBUSY) {
		say(path, " does not answer", NULL);
		return DRIVES_SILENT;
	}
	if (heard_any(note, heard_seed))
		return DRIVES_SEED;
	return status == PROGRAM_DONE && heard_any(note, heard_bare) ? DRIVES_BARE : DRIVES_SILENT;
}

/* Runs the program, which only mixes. @devices: NULL-terminated; empty: all devices that exist. Returns: as
 * program_run(). */
static int mix(const struct settings *s, const char *stage, const char *const *devices,
	const char *note, const char *wait)
{
	struct program p = { 0 };

	program_add(&p, PROGRAM_NAME, "--stage");
	program_add(&p, stage, NULL);
	for (; *devices; devices++)
		program_add(&p, "--device", *devices);
	/* s->options is added after this. If it has a --wait, that one counts, because the program uses the last
	 * one. */
	if (wait)
		program_add(&p, "--wait", wait);
	program_add_all(&p, s->options);
	program_add(&p, "--mix-only", NULL);
	return program_run(&p, note);
}

static enum drives_state look(const struct settings *s, const char *name, const char *wait)
{
	char note[DRIVES_NAME + sizeof("event.")], path[DRIVES_PATH];
	const char *const devices[] = { path, NULL };

	(void)sys_join(note, sizeof(note), "event.", name, "");
	drives_path(name, path);
	return judge(mix(s, "event", devices, note, wait), note, path);
}

/* The states in which nothing else is known about a device: an event's process looks at it, or has looked at it without
 * a result. */
#define OPEN (DRIVES_BIT(DRIVES_HEARD) | DRIVES_BIT(DRIVES_LEFT) | DRIVES_BIT(DRIVES_SILENT))

/* The states in which no seed on the device is known. */
#define SEEDLESS (OPEN | DRIVES_BIT(DRIVES_UNKNOWN) | DRIVES_BIT(DRIVES_BARE))

/*
 * While this process looks at the device, another process may make the decision on it: then the state stays. If the
 * kernel does not number media, a seed that is found after that may be a new one; it is mixed, and no decision is made
 * on it.
 */
static bool look_and_note(const struct settings *s, const char *name, const char *wait)
{
	(void)drives_change(name, SEEDLESS, DRIVES_HEARD);
	(void)drives_change(name, OPEN, look(s, name, wait));
	return drives_get(name) == DRIVES_SEED;
}

/* Is @path the node of this device, or a link to it? */
static bool is_device(const char *path, const char *name)
{
	char node[DRIVES_PATH];
	struct stat a, b;

	drives_path(name, node);
	return strcmp(path, node) == 0 ||
		(sys_stat_at(AT_FDCWD, path, 0, &a) == 0 &&
			sys_stat_at(AT_FDCWD, node, 0, &b) == 0 && S_ISBLK(a.st_mode) &&
			S_ISBLK(b.st_mode) && a.st_rdev == b.st_rdev);
}

/* Do the settings allow this device? If the settings name devices, only these are allowed. */
static bool is_wanted(const struct settings *s, const char *name)
{
	const char *const *device;

	for (device = s->devices; *device; device++)
		if (is_device(*device, name))
			return true;
	return !s->devices[0];
}

bool event_heard(const struct settings *s, const char *name, const char *wait)
{
	char note[DRIVES_NAME + sizeof("lock.")];
	enum drives_state state;
	bool seed = false;
	int lock;

	if (!drives_exists(name) || !is_wanted(s, name) ||
		!sys_join(note, sizeof(note), "lock.", name, ""))
		return false;
	deadline_step("waiting for an earlier event of the same device");
	lock = notes_lock(note);
	if (lock < 0)
		return false;
	state = drives_get(name);
	if (state >= DRIVES_BARE && drives_numbered(name))
		seed = state == DRIVES_SEED;
	else
		seed = look_and_note(s, name, wait);
	sys_close(lock);
	return seed;
}

void event_search(const struct settings *s, const char *stage, const char *note, const char *wait)
{
	(void)mix(s, stage, s->devices, note, wait);
}

/* Called for each device. If the decision on it was made in the meantime, by its own event, its state stays. */
static bool note_if_found(void *ctx, const char *name)
{
	char path[DRIVES_PATH];

	if (!drives_exists(name))
		return false;
	drives_path(name, path);
	if (heard_seed_of(ctx, path))
		(void)drives_change(name, SEEDLESS, DRIVES_SEED);
	return false;
}

void event_note_found(const char *note)
{
	char path[NOTES_PATH];

	if (notes_path(path, "/sys/class/block", ""))
		(void)sys_each_name(path, note_if_found, (void *)note);
}
