/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_REMOUNT_H
#define GUEST_STAGE_REMOUNT_H

#include <stdbool.h>

/**
 * remount_begin - enter a mount namespace of our own
 *
 * Other processes do not see what is mounted or changed in it from now on, and it ends with us and our children. So root
 * stays mounted read-only for others, with all its flags, while we can write to its file system.
 * Returns: 0 or -errno.
 */
int remount_begin(void);

/**
 * remount_root - make the file system that is mounted on @dir writable, or read-only again
 * @flags: its other flags, from struct mount; kernels before 5.2 need them, or the file system loses them
 *
 * The kernel may report success and change nothing: check with mounts_find() afterwards. May block.
 * Returns: 0 or -errno.
 */
int remount_root(const char *dir, bool writable, unsigned long flags);

/** remount_efivars - mount the firmware's variables on @dir; 0 or -errno. */
int remount_efivars(const char *dir);

/** remount_hide_efivars - unmount them. */
void remount_hide_efivars(const char *dir);

#endif
