/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

/* Gives each test its own folder, and counts the descriptors that a test has open. */
#include "tests/lib/unit.h"

#include <dirent.h>
#include <sys/stat.h>

/* Makes an empty folder and changes into it; it is removed at the end, together with the program's other folders.
 * Returns: 0, or less than 0 on error. */
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
