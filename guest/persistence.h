/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_PERSISTENCE_H
#define GUEST_PERSISTENCE_H

#include <stdbool.h>

enum persistence {
	PERSISTENCE_NO,        /* it forgets, or may */
	PERSISTENCE_READ_ONLY, /* it would keep what is written, but nothing can be written now */
	PERSISTENCE_YES,
};

/**
 * persistence_of - does the file system of this open folder outlive the boot?
 * @dir:     needs /proc and /sys to be looked through
 * @vouched: the administrator says so, of one that cannot be looked through
 *
 * By a list of kinds, and by every device below. Whatever @vouched says, tmpfs, ramfs and an overlay forget, as an
 * overlay's changes may go to memory; so does a file system without barriers, as a power cut takes what it had
 * called stable.
 */
enum persistence persistence_of(int dir, bool vouched);

#endif
