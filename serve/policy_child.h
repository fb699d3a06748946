/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_POLICY_CHILD_H
#define SERVE_POLICY_CHILD_H

#include <sys/types.h>

#include "util/wire/policy.h"

/**
 * policy_child_start - ask the policy one question in a child process, because each step of that may hang
 * @where:  "exec:PATH" or "unix:PATH"
 * @q:      the question; the child adds the uuid and the name from the command line of the process @q->pid
 * @ret_fd: a non-blocking descriptor from which the caller reads the answer until end of file; the caller closes it
 * Returns: the child's pid, which is also the number of its process group; the caller kills it and waits for it; or
 * -errno.
 */
pid_t policy_child_start(const char *where, const struct policy_question *q, int *ret_fd);

#endif
