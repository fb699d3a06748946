/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_HOOKS_H
#define GUEST_REFRESH_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

#define HOOK_NAME_MAX 64

/**
 * hooks_name_taken - is this a valid name of a hook? As for run-parts(8), it may contain letters, digits, '-' and '_'.
 * So the backup files of editors and package managers are not run.
 */
bool hooks_name_taken(const char *name);

/**
 * hooks_run - run each program in a folder, one after the other, in the order of their names
 * @reason:   the argument for each program
 * @limit_ms: how long each program may run; after that it is killed, with its process group
 * @environment: for execve(2)
 * @ret_running: set to the process group of the program that is running, and to 0 between two programs, so that a
 *               process that kills this one can also kill the program
 *
 * A program is not run if root does not own it, or if other users can write to it. If one of these is true of the
 * folder, none of its programs is run. A program that fails is reported, and the next one is run. If the folder is
 * missing, that is no error. The caller must have called process_begin() before.
 */
void hooks_run(const char *folder, const char *reason, unsigned limit_ms, char *const *environment,
	volatile int *ret_running);

#endif
