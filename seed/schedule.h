/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SCHEDULE_H
#define SEED_SCHEDULE_H

/* Which source of a draw is asked, and when: devices first, in children of their own, then the broker, which may make
 * them unnecessary; what is slow comes last, and only if the rest does not suffice. */

#include "seed/gather.h"

/** schedule_start_devices - a child for each device; by default it waits for schedule_release_devices(). Before any thread. */
void schedule_start_devices(struct seed *s);

/** schedule_ask_broker - its blocks into @s->secret->given; waits for its answer no longer than its deadline. */
void schedule_ask_broker(struct seed *s);

/** schedule_release_devices - let the children read, or end them if the broker has given enough. */
void schedule_release_devices(struct seed *s);

/**
 * schedule_gather - the bytes of all sources, tested and counted; @d->seed->claim says what they are worth
 * Those that are required come first: where one of them fails the others are not waited for, and claim nothing.
 */
void schedule_gather(struct draw *d);

#endif
