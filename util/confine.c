/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/confine.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The headers of Debian 12 do not define it yet. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

#define WRITES (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)
#define OF_FOLDER                                                                \
	(WRITES | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | \
		LANDLOCK_ACCESS_FS_REFER)
#define CHANGES                                                                   \
	(OF_FOLDER | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
		LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |      \
		LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |     \
		LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

/* The rights that Landlock can take away in this kernel; 0: it has no Landlock. */
static uint64_t known(void)
{
	const long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	if (version < 1)
		return 0;
	return CHANGES & ~(version < 2 ? LANDLOCK_ACCESS_FS_REFER : 0) &
		~(version < 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0);
}

static bool allow(int rules, int place, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = rights, .parent_fd = place };
	struct stat st;

	if (place < 0)
		return true;
	if (fstat(place, &st) < 0)
		return false;
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= WRITES;
	return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

/* If /dev does not exist, there are no devices to allow, which is not an error. */
static bool allow_devices(int rules, uint64_t rights)
{
	const int devices = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const bool done = allow(rules, devices, rights & WRITES);

	if (devices >= 0)
		close(devices);
	return done;
}

bool confine(const int *places, size_t count)
{
	const struct landlock_ruleset_attr attr = { .handled_access_fs = known() };
	bool holds = attr.handled_access_fs != 0;
	size_t i;
	int rules;

	if (!holds)
		return false;
	rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (rules < 0)
		return false;
	holds = allow_devices(rules, attr.handled_access_fs);
	for (i = 0; i < count && holds; i++)
		holds = allow(rules, places[i], OF_FOLDER & attr.handled_access_fs);
	/* Landlock demands this first: otherwise a confined process could start a program with more rights
	 * (set-user-ID). */
	holds = holds && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
		syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	close(rules);
	return holds;
}

bool confine_to_file(const char *path)
{
	const int file = open(path, O_PATH | O_CLOEXEC);
	struct stat st;
	bool holds;

	if (file < 0)
		return false;
	holds = fstat(file, &st) == 0 && S_ISREG(st.st_mode) && confine(&file, 1);
	close(file);
	return holds;
}
