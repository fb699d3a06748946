/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_CHILD_H
#define UTIL_CHILD_H

#include <sys/types.h>

/**
 * child_begin - called first in a child after fork(2): resets all signal handlers and unblocks all signals, and makes
 * the kernel kill the child when its parent ends
 * @parent: process number of the parent
 * Returns: 0; -ESRCH if the parent has already ended, and the child should end too.
 */
int child_begin(pid_t parent);

#endif
