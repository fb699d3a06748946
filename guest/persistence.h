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
 * @dir:     its file system is examined through /proc and /sys
 * @vouched: the administrator says that it does; meant for file systems that cannot be examined
 *
 * The answer depends on a list of kinds of file systems, and on every device below. Even with @vouched, some do not
 * survive: tmpfs, ramfs and overlays, because the changes of an overlay may be in memory; and a file system without
 * barriers, because a power cut may undo changes that it reported as stored.
 */
enum persistence persistence_of(int dir, bool vouched);

#endif
