/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_CHILD_H
#define GUEST_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/device.h"
#include "guest/probe.h"

/*
 * Each call that a device may block for ever is made in a child process; each drive has one. The children share our
 * memory, because copying the memory of a process would take longer than reading a drive. The kernel itself reports
 * that a child has ended, whatever the cause was.
 */
typedef void child_work(struct drive *drive, uint8_t window[PROBE_WINDOW]);

/**
 * child_start - run @work on @drive in the child @i
 * @drive: must be static, because a child that never ends keeps using it
 * Returns: false if no child can be started, or if child @i is still running.
 */
bool child_start(size_t i, child_work *work, struct drive *drive);

bool child_running(size_t i);

/** child_wait - wait until the child has ended, or until child_now_ms() reaches @end_ms. */
void child_wait(size_t i, unsigned end_ms);

/**
 * child_call - start a child, and wait for at most @limit_ms
 * Returns: false if it could not be started, or if it did not end: then it is abandoned.
 */
bool child_call(size_t i, child_work *work, struct drive *drive, unsigned limit_ms);

/** child_abandon - kill the child, but do not wait until it has ended: it may be in a call that no signal ends. */
void child_abandon(size_t i);

/** child_window - the buffer into which the child reads; the caller may use it while the child does not run. */
uint8_t *child_window(size_t i);

/** child_now_ms - a clock that nobody can set. It wraps around, so only differences have a meaning. */
unsigned child_now_ms(void);

#endif
