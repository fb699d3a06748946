/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_PERSISTENCE_H
#define GUEST_PERSISTENCE_H

#include <stdbool.h>

enum persistence {
	PERSISTENCE_NO,        /* not known to keep its content */
	PERSISTENCE_READ_ONLY, /* keeps its content, but cannot be written now */
	PERSISTENCE_YES,
};

/**
 * persistence_of - does the file system of this open folder survive a reboot?
 * @dir:     its file system is examined by /proc and /sys
 * @vouched: the administrator says that it does; for file systems that cannot be examined
 *
 * Decided by a list of file systems, and by every device below. @vouched does not matter for tmpfs, ramfs and overlays,
 * because the changes of an overlay may be in memory, nor for a file system without barriers, because a power cut may
 * undo what it reported as stored: none of these survives.
 */
enum persistence persistence_of(int dir, bool vouched);

#endif
