/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_HOOKS_H
#define GUEST_REFRESH_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

#define HOOK_NAME_MAX 64

/**
 * hooks_name_taken - is this a valid name of a hook? Valid are letters, digits, '-' and '_', as for run-parts(8), so that
 * backup files of editors and package managers are not run.
 */
bool hooks_name_taken(const char *name);

/**
 * hooks_run - run each program in a folder, one after the other, in the order of their names
 * @reason:   the argument for each program
 * @limit_ms: how long each may run; then it is killed, with its process group
 * @environment: for execve(2)
 * @ret_running: set to the process group of the program that runs, 0 between two, so that a process that kills this one
 *               can also kill the program
 *
 * A program that root does not own, or that others can write to, is not run, and none of a folder of that kind. A program that fails is reported, and the
 * next one runs. A missing folder is no error. Call process_begin() before.
 */
void hooks_run(const char *folder, const char *reason, unsigned limit_ms, char *const *environment,
	volatile int *ret_running);

#endif
