/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_DEADLINE_H
#define GUEST_STAGE_DEADLINE_H

#include <stdbool.h>

/*
 * One deadline for all that a stage of the boot does. Everything that reads, mounts, flushes or waits is done in a worker
 * process, and the boot continues without a worker that does not end.
 */

/**
 * deadline_run - run @work in a child, the worker, and wait for it
 * @limit_ms: the deadline, until the worker calls deadline_set()
 *
 * When the time is over, the step that the worker was in is reported, and the worker and the program that it runs are
 * killed. They may be in a call that no signal ends, so they are not waited for.
 */
void deadline_run(void (*work)(void *ctx), void *ctx, unsigned limit_ms);

/* The worker calls these. */

/** deadline_set - set how long the worker may take, from its start. */
void deadline_set(unsigned limit_ms);

/** deadline_step - set what the worker does next, in words for a report; NULL: it runs the program. */
void deadline_step(const char *what);

/** deadline_root_open - set whether root is writable now, which is reported if the worker is killed. */
void deadline_root_open(bool open);

/** deadline_program_ms - when a run of the program must end, by process_now_ms(); this leaves time to clean up. */
unsigned deadline_program_ms(void);

/** deadline_over - is the time over? Then the worker must begin nothing that other processes would see. */
bool deadline_over(void);

/** deadline_owns - set the process that is killed together with the worker; 0: none. */
void deadline_owns(int child);

#endif
