/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_HOOKS_H
#define GUEST_REFRESH_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

#define HOOK_NAME_MAX 64

/**
 * hooks_name_taken - is this the name of a hook? Letters, digits, '-' and '_', as run-parts(8) has it, so that what
 * editors and package managers leave is none.
 */
bool hooks_name_taken(const char *name);

/**
 * hooks_run - each program in a folder, one after the other in the order of their names
 * @reason:   its one argument
 * @limit_ms: what each may take; then it is killed, with its process group
 * @environment: for execve(2)
 * @ret_running: the process group of the one that runs, 0 between two: for whoever kills us in the middle of it
 *
 * One that root does not own, or others can write to, is not run. What does not end well is said, and the next
 * one runs. A folder that is not there has none. After process_begin().
 */
void hooks_run(const char *folder, const char *reason, unsigned limit_ms, char *const *environment,
	volatile int *ret_running);

#endif
