/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest-stage: what each stage of a boot does with seedrive-guest(8).
 *
 *	guest-stage event NAME [wait]   udev has announced a device: mix its seed; where a ledger is at hand, commit it there
 *	guest-stage event NAME guess    the same, if this is a virtual machine: nothing says that the drive has a medium
 *	guest-stage early               in an initramfs without udev, before root is mounted: search, and mix
 *	guest-stage root DIR            in an initramfs, root mounted on DIR: commit what was mixed, and credit it
 *	guest-stage search              as the system begins, beside its boot: mix what is there already, if no initramfs did
 *	guest-stage system              in the running system: the same as root, where the initramfs left it
 *	guest-stage close               before file systems are unmounted: no event uses the ledger any more
 *	guest-stage leave               leave a seed for the next boot
 *
 * One rule comes before all others: the boot goes on. So it ends with 0, in bounded time.
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
	"/proc/vmcore" /* there in a kernel that was started to write down the crash of another one */

enum { EXIT_DONE = 0, EXIT_USAGE = 2 };

static const char usage[] =
	"usage: guest-stage event NAME [wait | guess] | early | root DIR | search | system | close | leave\n";

/* A stage that needs a word, or does not. */
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

/* What follows the name of a device; false: it is not known. */
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

/* It has its memory and its time for that alone. */
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
	/* Udev waits for what it runs, and a boot may wait for udev. */
	if (call.stage != STAGE_EVENT || call.wait || process_leave(&error))
		deadline_run(stages_run, &call, SETTINGS_LIMIT_S * 1000);
	else if (error < 0)
		say("no memory for a process: nothing is done about ", call.word, NULL);
	return EXIT_DONE;
}
