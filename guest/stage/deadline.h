/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_DEADLINE_H
#define GUEST_STAGE_DEADLINE_H

#include <stdbool.h>

/*
 * One deadline for everything that a stage of the boot does. A worker process does all that reads, mounts, flushes or
 * waits. If the worker does not end in time, the boot continues without it.
 */

/**
 * deadline_run - run @work in a child, the worker, and wait for it
 * @limit_ms: the deadline, until the worker calls deadline_set()
 *
 * When the time is over, the present step of the worker is reported. Then the worker, and the program that it runs, are
 * killed. Nobody waits for their end, because they may be in a call that no signal ends.
 */
void deadline_run(void (*work)(void *ctx), void *ctx, unsigned limit_ms);

/* The worker calls these. */

/** deadline_set - set how long the worker may take, counted from its start. */
void deadline_set(unsigned limit_ms);

/** deadline_step - set the worker's next step, in words for the report; NULL: the worker runs the program. */
void deadline_step(const char *what);

/** deadline_root_open - note whether root is writable now; this is reported if the worker is killed. */
void deadline_root_open(bool open);

/**
 * deadline_program_ms - when a run of the program must end, by process_now_ms(). After that there is time to clean up.
 */
unsigned deadline_program_ms(void);

/** deadline_over - is the time over? If it is, the worker must not begin anything that other processes would see. */
bool deadline_over(void);

/** deadline_owns - set the process that will be killed together with the worker; 0: none. */
void deadline_owns(int child);

#endif
