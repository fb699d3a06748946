/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest-stage: what each stage of a boot does with seedrive-guest(8).
 *
 *	guest-stage early               in an initramfs, before root is mounted: mix the seed
 *	guest-stage root DIR [checked]  in an initramfs, root mounted on DIR: commit it there, and credit it
 *	guest-stage system              in the running system: the same, where the initramfs left it
 *	guest-stage leave               leave a seed for the next boot
 *
 * One rule comes before all others: the boot goes on. So it ends with 0, in bounded time.
 */
#include <string.h>

#include "guest/stage/deadline.h"
#include "guest/stage/notes.h"
#include "guest/stage/program.h"
#include "guest/stage/settings.h"
#include "guest/stage/stages.h"
#include "guest/sys.h"

#define VMCORE \
	"/proc/vmcore" /* there in a kernel that was started to write down the crash of another one */

enum { EXIT_DONE = 0, EXIT_USAGE = 2 };

static const char usage[] = "usage: guest-stage early | root DIR [checked] | system | leave\n";

static bool parse(int argc, char **argv, struct stage_call *ret)
{
	static const char names[][7] = { "early", "root", "system", "leave" };
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(names) / sizeof(*names); i++) {
		const bool is_root = i == STAGE_ROOT;

		if (strcmp(argv[1], names[i]) != 0 || argc < 2 + is_root || argc > 2 + 2 * is_root)
			continue;
		*ret = (struct stage_call){ .stage = (enum stage)i,
			.dir = is_root ? argv[2] : NULL,
			.checked = argc == 4 && strcmp(argv[3], "checked") == 0 };
		return true;
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

	if (!parse(argc, argv, &call)) {
		(void)sys_write_all(STDERR_FILENO, usage, sizeof(usage) - 1);
		return EXIT_USAGE;
	}
	sys_call(SYS_umask, 0, 0, 0);
	program_begin(argv[0], argv + argc + 1);
	if (!is_crash_kernel())
		deadline_run(stages_run, &call, SETTINGS_LIMIT_S * 1000);
	return EXIT_DONE;
}
