/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_OPEN_H
#define UTIL_OPEN_H

#include <sys/stat.h>

/* What open_kind() may open. */
enum open_kinds {
	OPEN_FILE = 1,     /* a regular file */
	OPEN_DISK = 2,     /* a block device */
	OPEN_FOLDER = 4,   /* a folder */
	OPEN_NULL = 8,     /* /dev/null, which counts as an empty file */
	OPEN_NO_LINKS = 16 /* no component of the path may be a symbolic link */
};

/**
 * open_kind - open @path if it is of one of @kinds, and do nothing to anything else
 * @at:     the folder that a relative @path begins in, or AT_FDCWD
 * @flags:  O_RDONLY or O_RDWR, with O_NOFOLLOW and O_DIRECTORY if wanted
 * @ret_st: what was found; filled also where it is of another kind
 *
 * The mere opening of a device can wind a tape or start a watchdog, and that of a FIFO wakes who waits for a reader.
 * So the name is looked up first without opening what it leads to, and only that very file is opened.
 * Returns: a descriptor, non-blocking and closed by exec; -EMEDIUMTYPE for another kind; -ELOOP for a symbolic link
 * that is not to be followed; or another negative errno.
 */
int open_kind(int at, const char *path, int flags, unsigned kinds, struct stat *ret_st);

#endif
