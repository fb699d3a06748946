/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_LASTING_H
#define GUEST_LASTING_H

enum lasting {
	LASTING_NO,        /* it forgets, or may */
	LASTING_READ_ONLY, /* it would, but nothing can be written now */
	LASTING_YES,
};

/**
 * lasting - does the file system of this open folder outlive the boot?
 *
 * By a list of kinds, and by what lies below: not on memory, and not on a file that may lie there. An
 * overlay is none: on what its upper layer lies cannot be proved once the root has been switched.
 */
enum lasting lasting(int dir);

#endif
