/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest-stage: runs seedrive-guest(8) in the stages of a boot.
 *
 *	guest-stage event NAME [wait]   udev has announced a device: mix its seed and, if a ledger can be used, commit it
 *	guest-stage event NAME guess    the same, but only in a virtual machine, because the device may have no medium
 *	guest-stage early               in an initramfs without udev, before root is mounted: search, and mix
 *	guest-stage root DIR            in an initramfs, with root mounted on DIR: commit and credit what was mixed
 *	guest-stage search              when the system starts, in parallel: mix the seeds of devices, if no initramfs did
 *	guest-stage system              in the running system: the same as root, if the initramfs did not decide
 *	guest-stage close               before file systems are unmounted: no event may use the ledger any more
 *	guest-stage leave               save a carry-over for the next boot
 *
 * The most important rule: the boot must continue. So the exit status is 0, and the program ends in bounded time.
 */
#include <string.h>

#include "guest/stage/deadline.h"
#include "guest/stage/notes.h"
#include "guest/process.h"
#include "guest/stage/program.h"
#include "guest/stage/say.h"
#include "guest/stage/settings.h"
#include "guest/stage/stages.h"
#include "guest/sys.h"

#define VMCORE \
	"/proc/vmcore" /* exists in a kernel that was started to record the crash of another one */

enum { EXIT_DONE = 0, EXIT_USAGE = 2 };

static const char usage[] =
	"usage: guest-stage event NAME [wait | guess] | early | root DIR | search | system | close | leave; it is run at boot, see seedrive-guest(8)\n";

/* The names of the stages, and which of them need an argument. */
static const struct row {
	char name[8];
	bool needs_word;
} rows[] = {
	[STAGE_EVENT] = { "event", true },
	[STAGE_EARLY] = { "early", false },
	[STAGE_ROOT] = { "root", true },
	[STAGE_SEARCH] = { "search", false },
	[STAGE_SYSTEM] = { "system", false },
	[STAGE_CLOSE] = { "close", false },
	[STAGE_LEAVE] = { "leave", false },
};

/* Parses the word after the device's name. Returns: false if the word is unknown. */
static bool parse_how(const char *word, struct stage_call *ret)
{
	ret->wait = strcmp(word, "wait") == 0;
	ret->guess = strcmp(word, "guess") == 0;
	return ret->stage == STAGE_EVENT && (ret->wait || ret->guess);
}

static bool parse(int argc, char **argv, struct stage_call *ret)
{
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(rows) / sizeof(*rows); i++) {
		const int least = 2 + rows[i].needs_word;

		if (strcmp(argv[1], rows[i].name) != 0 || argc < least || argc > least + 1)
			continue;
		*ret = (struct stage_call){ .stage = (enum stage)i,
			.word = argc > 2 ? argv[2] : NULL };
		return argc == least || parse_how(argv[least], ret);
	}
	return false;
}

/* Is this a kernel that was started to record a crash? It has just enough memory and time for that. */
static bool is_crash_kernel(void)
{
	char path[NOTES_PATH];

	return notes_path(path, VMCORE, "") && sys_exists(path);
}

int main(int argc, char **argv)
{
	static struct stage_call call;
	int error = 0;

	if (!parse(argc, argv, &call)) {
		(void)sys_write_all(STDERR_FILENO, usage, sizeof(usage) - 1);
		return EXIT_USAGE;
	}
	sys_call(SYS_umask, 0, 0, 0);
	program_begin(argv[0], argv + argc + 1);
	if (is_crash_kernel())
		return EXIT_DONE;
	/* Udev waits for each program that it runs, and the boot may wait for udev. So an event continues in a
	 * child. */
	if (call.stage != STAGE_EVENT || call.wait || process_leave(&error))
		deadline_run(stages_run, &call, SETTINGS_LIMIT_S * 1000);
	else if (error < 0)
		say("no memory for a process: nothing is done about ", call.word, NULL);
	return EXIT_DONE;
}
