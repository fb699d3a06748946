/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_PLACE_H
#define ISO_OUTPUT_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "util/fault.h"

/* Where a file is, or will be: its folder, held open, and its name in that folder. */
struct place {
	int dirfd;
	char name[NAME_MAX + 1];
	bool exists;
	struct stat st; /* of the file when it was found; valid if @exists */
};

/**
 * place_open - find the folder and the name of the file @path
 * @p: the caller's storage; the caller calls place_close() in the end, also after an error
 *
 * For a symbolic link, the place is that of its target; a link whose target does not exist is refused. The kernel
 * itself follows the link first, so that links which fs.protected_symlinks forbids to follow are refused too.
 * Returns: 0 or -errno with @f.
 */
int place_open(struct place *p, const char *path, struct fault *f);

/** place_has - is the file at this place still the one described by @st, by device and inode? */
bool place_has(const struct place *p, const struct stat *st);

/**
 * place_is_devices - is the folder @dir part of /dev, where a regular file would be held in memory?
 * If the device that the user typed does not exist, a program must not create a regular file instead.
 */
bool place_is_devices(const struct stat *dir);

/** place_check_new - refuse to create a regular file in /dev. Returns: 0; -ENODEV with @f. */
int place_check_new(const struct place *p, const char *path, struct fault *f);

void place_close(struct place *p);

#endif
