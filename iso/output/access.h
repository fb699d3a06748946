/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_ACCESS_H
#define ISO_OUTPUT_ACCESS_H

#include <sys/stat.h>

/* Who may read what we make: it has a seed in it. */

/**
 * access_owner_only - a file that we have just made is its owner's alone: 0600
 * Whatever the umask has taken, and whomever the folder's default ACL would let in once the mode is changed.
 * Returns: 0 or -errno.
 */
int access_owner_only(int fd);

/**
 * access_copy - @fd, which is its owner's alone, becomes readable to those who can read the file @old
 * @old_fd:        of the old file, for its ACL; -1 where it may not be opened
 * @dirfd, @name: where it is
 *
 * Owner, group, ACL and mode are kept as far as the caller may. Where the ACL or the group cannot be kept, the group's
 * rights are dropped, as they would be those of others. Returns: 0 or -errno.
 */
int access_copy(int fd, const struct stat *old, int old_fd, int dirfd, const char *name);

#endif
