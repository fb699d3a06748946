/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_PROCESS_H
#define GUEST_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts child processes, and waits for them for a limited time. */

/**
 * process_begin - call this once, before the functions below
 * It prepares SIGCHLD so that process_wait() notices the end of each child, whatever this process has inherited.
 */
void process_begin(void);

/** process_fork - start a child in a new process group. Returns: its pid; 0 in the child; or -errno. */
pid_t process_fork(void);

/**
 * process_leave - continue in a child, which has a new session and no terminal
 * @ret_error: 0, or -errno if no child could be started
 * Returns: true in the child; false in the parent, which may then end.
 */
bool process_leave(int *ret_error);

/** process_exit - end this process; nothing else is done. */
_Noreturn void process_exit(int status);

/**
 * process_wait - wait until the child has ended, or until process_now_ms() reaches @end_ms
 * @ret_status: its exit status or, as in a shell, 128 plus the number of the signal that ended it; untouched if it still
 *              runs
 * Returns: has the child ended?
 */
bool process_wait(pid_t child, unsigned end_ms, int *ret_status);

#define PROCESS_KILLED_MS \
	250 /* if a signal can end a process, a killed process ends within this time */

/** process_kill - kill the child and its process group. */
void process_kill(pid_t child);

/** process_now_ms - a clock that nobody can set. It wraps around, so only differences have a meaning. */
unsigned process_now_ms(void);

/** process_quiet - connect standard input, output and error to /dev/null. */
void process_quiet(void);

#endif
