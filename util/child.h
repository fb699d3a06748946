/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_CHILD_H
#define UTIL_CHILD_H

#include <sys/types.h>

/**
 * child_begin - in a process that was forked to work alone: it dies with its parent, and has no handler and no blocked
 * signal of the parent's
 * @parent: whose child it is
 * Returns: 0; -ESRCH if the parent has ended already, and nobody is there to work for.
 */
int child_begin(pid_t parent);

#endif
