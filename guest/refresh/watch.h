/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_WATCH_H
#define GUEST_REFRESH_WATCH_H

#include "guest/refresh/refresh.h"

/*
 * Watches for a restore or a clone of the machine. When one is noticed, it mixes values that differ between clones, and
 * makes the kernel's RNG reseed, at once. Then a child fetches a record as soon as the network answers, and runs the
 * hooks. If the next change comes before the child has ended, the child is killed.
 */

#define WATCH_NETWORK_MS 15000  /* how long the hooks wait for a record */
#define WATCH_GIVE_UP_MS 300000 /* after it, no record is fetched until the timer runs this */
#define WATCH_RETRY_MS   1000

/**
 * watch_run - watch for ever; returns only if there is nothing to watch
 * @environment: for the hooks
 * Returns: 0: this machine has no such device; or -errno. In both cases a message was printed.
 */
int watch_run(struct refresh *r, char *const *environment);

#endif
