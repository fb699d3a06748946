/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_DEADLINE_H
#define GUEST_STAGE_DEADLINE_H

#include <stdbool.h>

/*
 * One deadline for all that a stage of the boot does: whatever reads, mounts, syncs or waits is done in a worker,
 * and the boot goes on without one that does not end.
 */

/**
 * deadline_run - let @work do it in a child, and wait
 * @limit_ms: until the worker says otherwise
 *
 * What the worker was at, when its time was over, is reported, and the worker and what it runs is killed. It may
 * be in a call that no signal ends: it is not waited for.
 */
void deadline_run(void (*work)(void *ctx), void *ctx, unsigned limit_ms);

/* For the worker. */

/** deadline_set - what it may take in all, from the beginning. */
void deadline_set(unsigned limit_ms);

/** deadline_step - what is done next, in words for a report; NULL: the program runs. */
void deadline_step(const char *what);

/** deadline_root_open - from here on root is writable, or no longer, which is reported if that is the end. */
void deadline_root_open(bool open);

/** deadline_program_ms - when a run of the program has to end, by process_now_ms(): time is left to clean up. */
unsigned deadline_program_ms(void);

/** deadline_over - is all of the time over? Then nothing may be begun that others would see. */
bool deadline_over(void);

/** deadline_owns - @child is killed with the worker; 0: it has ended. */
void deadline_owns(int child);

#endif
