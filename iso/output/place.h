/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_PLACE_H
#define ISO_OUTPUT_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "util/fault.h"

/* The place of a file that exists or will exist: its folder, which is held open, and its name in that folder. */
struct place {
	int dirfd;
	bool unreadable; /* the folder may not be listed, so @dirfd is an O_PATH descriptor */
	char name[NAME_MAX + 1];
	bool exists;
	struct stat st; /* the state of the file when it was found; valid if @exists */
};

/**
 * place_open - find the folder and the name of the file @path
 * @p: the caller's storage; the caller calls place_close() in the end, also after an error
 *
 * If @path is a symbolic link, the place is that of the link's target; a link whose target does not exist is refused.
 * First the kernel follows the link. So a link that fs.protected_symlinks forbids to follow is refused too. Files can be
 * found, created and renamed in a folder that the caller may not list, but fsync(2) does not work on its descriptor.
 * Returns: 0 or -errno with @f.
 */
int place_open(struct place *p, const char *path, struct fault *f);

/** place_same_file - do both describe one file, by device and inode? */
bool place_same_file(const struct stat *a, const struct stat *b);

/** place_has - is the file at this place still the one described by @st, by device and inode? */
bool place_has(const struct place *p, const struct stat *st);

/**
 * place_is_devices - is the folder @dir part of /dev, where a regular file would be held in memory?
 * If the user typed the path of a device that does not exist, a program must not create a regular file instead.
 */
bool place_is_devices(const struct stat *dir);

/** place_check_new - refuse to create a regular file in /dev. Returns: 0; -ENODEV with @f. */
int place_check_new(const struct place *p, const char *path, struct fault *f);

/**
 * place_check_owner - refuse an existing file that another user has made in a folder like /tmp
 * Its owner could read what is written to it. The folder is sticky, and all users may write to it; the file belongs
 * neither to the caller nor to the folder's owner. This is the rule of fs.protected_regular and fs.protected_fifos,
 * which the kernel applies only to open(2) with O_CREAT. Returns: 0; -EACCES with @f.
 */
int place_check_owner(const struct place *p, const char *path, struct fault *f);

/** place_check_opened - the same for the file @st that was opened as @path. Behind a link only regular files are found. */
int place_check_opened(const struct stat *st, const char *path, struct fault *f);

void place_close(struct place *p);

#endif
