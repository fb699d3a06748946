/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that are separate programs: the process of seedrive executes them, and does not come back. */
#include "cli/cmd.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folder of these programs, relative to that of this program: in the build tree, and as installed. */
static const char *const folders[] = { "libexec", "../libexec/seedrive" };

static int folder_of_this(char out[PATH_MAX])
{
	char self[PATH_MAX];
	const ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return -errno;
	self[n] = '\0';
	strcpy(out, dirname(self));
	return 0;
}

/* The words of the command line, with "seedrive" before them, ended by NULL. */
static char **all_words(int argc, char **argv)
{
	static char name[] = "seedrive";
	char **words = calloc((size_t)argc + 2, sizeof(*words));

	if (!words)
		return NULL;
	words[0] = name;
	memcpy(words + 1, argv, (size_t)argc * sizeof(*words));
	return words;
}

/* @argv[0] is the name of the command, which may differ from @program. */
static int exec_helper(const char *program, int argc, char **argv, struct fault *f)
{
	char folder[PATH_MAX], path[2 * PATH_MAX];
	char **words = all_words(argc, argv);
	int r = words ? folder_of_this(folder) : -ENOMEM;
	size_t i;

	for (i = 0; r == 0 && i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(path, sizeof(path), "%s/%s/seedrive-%s", folder, folders[i], program);
		execv(path, words);
		if (errno != ENOENT && errno != ENOTDIR)
			r = -errno;
	}
	free(words);
	return r == 0 ?
		fault_set(f, -ENOENT, "seedrive-%s: not installed beside this program", program) :
		fault_set(f, r, "seedrive-%s: %s", program, strerror(-r));
}

static int exec_named(int argc, char **argv, struct fault *f)
{
	return exec_helper(argv[0], argc, argv, f);
}

int exec_device_helper(int argc, char **argv, struct fault *f)
{
	return exec_helper("device", argc, argv, f);
}

const struct command helper_check = {
	.name = "check", .summary = CHECK_SUMMARY, .run = exec_named
};
const struct command helper_serve = {
	.name = "serve", .summary = SERVE_SUMMARY, .run = exec_named
};
