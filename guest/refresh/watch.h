/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_WATCH_H
#define GUEST_REFRESH_WATCH_H

#include "guest/refresh/refresh.h"

/*
 * Watches for a restore or a clone of the machine. Then it mixes values that differ between clones, and has the kernel's RNG
 * reseed, at once. After that a child fetches a record as soon as the network answers, and runs the hooks. The child is
 * killed if the next change comes before it has ended.
 */

#define WATCH_NETWORK_MS 15000  /* how long the hooks wait for a record */
#define WATCH_GIVE_UP_MS 300000 /* then no record is fetched until the timer runs this program */
#define WATCH_RETRY_MS   1000

/**
 * watch_run - watch for ever; returns only if there is nothing to watch
 * @environment: for the hooks
 * Returns: 0: this machine has no such device; or -errno. Both are reported.
 */
int watch_run(struct refresh *r, char *const *environment);

#endif
