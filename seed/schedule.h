/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SCHEDULE_H
#define SEED_SCHEDULE_H

/* The order in which a draw asks its sources. The children of devices are forked first. Next the broker is asked,
 * because its blocks may make the devices unnecessary. Slow computations come last, and only if the other sources do
 * not suffice. */

#include "seed/gather.h"

/**
 * schedule_start_devices - fork a child for each device; call it before the draw's thread starts
 * If the user named no sources, the children wait for schedule_release_devices(); else they read at once.
 */
void schedule_start_devices(struct seed *s);

/**
 * schedule_ask_broker - fetch the broker's blocks into @s->secret->given; waits no longer than the broker's deadline.
 */
void schedule_ask_broker(struct seed *s);

/**
 * schedule_release_devices - let the children read; but if the broker has given enough, end those of devices that are
 * not required
 */
void schedule_release_devices(struct seed *s);

/**
 * schedule_gather - draw, test and count all sources; sets @d->seed->claim
 * Required sources come first. If one of them fails, and the broker gave no blocks, the draw is given up: the other
 * sources are left out, and nothing is claimed.
 */
void schedule_gather(struct draw *d);

#endif
