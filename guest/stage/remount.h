/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_REMOUNT_H
#define GUEST_STAGE_REMOUNT_H

#include <stdbool.h>

/**
 * remount_begin - a mount namespace of our own
 *
 * What is mounted or changed in it from now on nobody else sees, and it ends with us and our children. So the mount
 * of a root stays read-only for others, with every flag that it has, while its file system is writable for us.
 * Returns: 0 or -errno.
 */
int remount_begin(void);

/**
 * remount_root - let the file system that is mounted on @dir be written to, or be read-only again
 * @flags: what it has besides, of struct mount: kernels before 5.2 forget them otherwise
 *
 * Asks the kernel, which may take it and change nothing: look at mounts_find() afterwards. May block.
 * Returns: 0 or -errno.
 */
int remount_root(const char *dir, bool writable, unsigned long flags);

/** remount_efivars - mount the firmware's variables on @dir; 0 or -errno. */
int remount_efivars(const char *dir);

/** remount_hide_efivars - and take them away. */
void remount_hide_efivars(const char *dir);

#endif
