/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_PERSISTENCE_H
#define GUEST_PERSISTENCE_H

enum persistence {
	PERSISTENCE_NO,        /* it forgets, or may */
	PERSISTENCE_READ_ONLY, /* it would keep what is written, but nothing can be written now */
	PERSISTENCE_YES,
};

/**
 * persistence_of - does the file system of this open folder outlive the boot?
 *
 * By a list of kinds, and by what lies below: not on memory, and not on a file that may lie there. An
 * overlay does not count: what its upper layer lies on cannot be proved once the root has been switched.
 */
enum persistence persistence_of(int dir);

#endif
