/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_ACCESS_H
#define ISO_OUTPUT_ACCESS_H

#include <sys/stat.h>

/* The access rights of files that we create. These files contain a seed, so by default only their owner may read
 * them. */

/**
 * access_owner_only - give a file that we have just created the mode 0600, and remove its ACL
 * The umask may have cleared bits of the mode. The folder's default ACL may have given the file an ACL, which would
 * grant access to other users as soon as the mode changes.
 * Returns: 0 or -errno.
 */
int access_owner_only(int fd);

/**
 * access_copy - give @fd, which has mode 0600, the owner, group, ACL and mode of an old file
 * @old:          the state of the old file
 * @old_fd:       open on the old file, to read its ACL; -1 if we may not open the file
 * @dirfd, @name: the old file's folder and name; used if @old_fd is -1
 *
 * Each of these is copied if the kernel permits the caller to set it. If the group or the ACL cannot be copied, the
 * group gets no rights, because another group than before would get them. Returns: 0 or -errno.
 */
int access_copy(int fd, const struct stat *old, int old_fd, int dirfd, const char *name);

#endif
