/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_PROCESS_H
#define GUEST_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* Processes of our own, and how long to wait for them. */

/** process_begin - once, before the others: whatever started us, our children's ends are for us to see. */
void process_begin(void);

/** process_fork - a child in a process group of its own; its number, 0 in the child, or -errno. */
pid_t process_fork(void);

/**
 * process_leave - go on in a child, in a session of its own and without a terminal
 * @ret_error: 0, or -errno if there is no child
 * Returns: false in the parent, which may end.
 */
bool process_leave(int *ret_error);

/** process_exit - without anything else. */
_Noreturn void process_exit(int status);

/**
 * process_wait - until the child has ended, or the clock of process_now_ms() shows @end_ms
 * @ret_status: as a shell has it, 128 and the signal's number if one ended it; untouched if it still runs
 * Returns: has it ended?
 */
bool process_wait(pid_t child, unsigned end_ms, int *ret_status);

#define PROCESS_KILLED_MS \
	250 /* a killed process ends within this time, if a signal can end it at all */

/** process_kill - it, and all of its group. */
void process_kill(pid_t child);

/** process_now_ms - of a clock that nobody sets; comes round, so only differences mean something. */
unsigned process_now_ms(void);

/** process_quiet - no input, and no output. */
void process_quiet(void);

#endif
