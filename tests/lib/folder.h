/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

/* Gives each test a folder of its own, and counts the descriptors that a test has open. */
#include "tests/lib/unit.h"

#include <dirent.h>
#include <sys/stat.h>

/* Changes into a new, empty folder, which is removed at the end with the program's others. Returns: 0, or less than 0. */
static inline int enter_folder(void)
{
	static unsigned number;
	char name[32];

	snprintf(name, sizeof(name), "%u", ++number);
	return chdir(temp_folder()->path) < 0 || mkdir(name, 0755) < 0 || chdir(name) < 0 ? -1 : 0;
}

static inline unsigned count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

#endif
