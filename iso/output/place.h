/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_PLACE_H
#define ISO_OUTPUT_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "util/fault.h"

/* Where a file is, or will be: its folder, held open, and its name in there. */
struct place {
	int dirfd;
	char name[NAME_MAX + 1];
	bool exists;
	struct stat st; /* as it was found; valid if it exists */
};

/**
 * place_open - find the place that @path names
 * @p: the caller's storage; needs place_close() in the end, also after an error
 *
 * The kernel alone follows symbolic links, so that a link which fs.protected_symlinks forbids to follow is refused. The
 * place of a link is that of the file which it leads to; a link to nothing is refused.
 * Returns: 0 or -errno with @f.
 */
int place_open(struct place *p, const char *path, struct fault *f);

/** place_has - does @name lead to the file @st, and not to another one by now? */
bool place_has(const struct place *p, const struct stat *st);

/**
 * place_is_devices - is the folder @dir that of the system's device nodes, where a regular file is in memory?
 * A program that finds no node of the name it was given must not make a file in the place of one.
 */
bool place_is_devices(const struct stat *dir);

/** place_check_new - refuse to make a regular file among device nodes. Returns: 0; -ENODEV with @f. */
int place_check_new(const struct place *p, const char *path, struct fault *f);

void place_close(struct place *p);

#endif
