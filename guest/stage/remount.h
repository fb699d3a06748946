/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_REMOUNT_H
#define GUEST_STAGE_REMOUNT_H

#include <stdbool.h>

/**
 * remount_begin - enter a new mount namespace
 *
 * From now on, other processes do not see what is mounted or changed in it. It ends when we and our children end. So,
 * for other processes, root stays mounted read-only with all its flags, while we can write to its file system.
 * Returns: 0 or -errno.
 */
int remount_begin(void);

/**
 * remount_root - make the file system that is mounted on @dir writable, or read-only again
 * @flags: the other flags of the file system, from struct mount; kernels before 5.2 would otherwise clear them
 *
 * The kernel may report success and yet change nothing. So the caller must check with mounts_find() afterwards. May
 * block.
 * Returns: 0 or -errno.
 */
int remount_root(const char *dir, bool writable, unsigned long flags);

/** remount_efivars - mount the firmware's variables on @dir. Returns: 0 or -errno. */
int remount_efivars(const char *dir);

/** remount_hide_efivars - unmount the firmware's variables from @dir. */
void remount_hide_efivars(const char *dir);

#endif
