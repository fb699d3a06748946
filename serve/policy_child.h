/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_POLICY_CHILD_H
#define SERVE_POLICY_CHILD_H

#include <sys/types.h>

#include "util/wire/policy.h"

/**
 * policy_child_start - put a question to the policy in a process of its own, as all of it may hang
 * @where: "exec:PATH" or "unix:PATH"
 * @q:     its uuid and name are read in the child, of the process @q->pid
 * @ret_fd: what the policy answers, non-blocking, until its end
 * Returns: the child, which leads a process group, for the caller to kill and to wait for; or -errno.
 */
pid_t policy_child_start(const char *where, const struct policy_question *q, int *ret_fd);

#endif
