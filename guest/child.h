/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_CHILD_H
#define GUEST_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/device.h"
#include "guest/probe.h"

/*
 * Whatever a device may keep waiting for ever is done in a child, one for each of the drives. They
 * share our memory, as copying that of a process would take longer than reading a drive; and the
 * kernel itself says when one has ended, however it did.
 */
typedef void child_work(struct drive *drive, uint8_t window[PROBE_WINDOW]);

/**
 * child_start - let @work look at @drive, in the child @i
 * @drive: static, as a child that never ends goes on to look at it
 * Returns: false when there is no child to be had, or that one runs.
 */
bool child_start(size_t i, child_work *work, struct drive *drive);

bool child_running(size_t i);

/** child_wait - until it has ended, or the clock of child_now_ms() shows @end_ms. */
void child_wait(size_t i, unsigned end_ms);

/** child_call - start and wait at most @limit_ms; what does not end is abandoned: false. */
bool child_call(size_t i, child_work *work, struct drive *drive, unsigned limit_ms);

/** child_abandon - it may sit in a call that no signal ends: it is never waited for. */
void child_abandon(size_t i);

/** child_window - what it works with; ours while it does not run. */
uint8_t *child_window(size_t i);

/** child_now_ms - of a clock that nobody sets; comes round, so only differences mean something. */
unsigned child_now_ms(void);

#endif
