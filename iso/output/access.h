/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_ACCESS_H
#define ISO_OUTPUT_ACCESS_H

#include <sys/stat.h>

/* Access rights of the files that we create. They contain a seed, so only their owner may read them by default. */

/**
 * access_owner_only - give a file that we have just created the mode 0600, and remove its ACL
 * The umask may have cleared bits of the mode, and the folder's default ACL may grant access to others as soon as the
 * mode is changed.
 * Returns: 0 or -errno.
 */
int access_owner_only(int fd);

/**
 * access_copy - give @fd, which has mode 0600, the owner, group, ACL and mode of an old file
 * @old:          of the old file
 * @old_fd:       open on the old file, to read its ACL; -1 if we may not open it
 * @dirfd, @name: the old file's folder and name; used if @old_fd is -1
 *
 * Each of these is copied as far as the kernel permits the caller. If the group or the ACL cannot be copied, the group
 * gets no rights, because they would go to another group than before. Returns: 0 or -errno.
 */
int access_copy(int fd, const struct stat *old, int old_fd, int dirfd, const char *name);

#endif
