/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_WATCH_H
#define GUEST_REFRESH_WATCH_H

#include "guest/refresh/refresh.h"

/*
 * Stay, and notice when the machine goes on from another state than its own: what differs is mixed and the generator
 * reseeded at once. Then a child fetches a record as soon as the network answers, and runs the hooks; it is
 * killed when the next change comes first.
 */

#define WATCH_NETWORK_MS 15000  /* hooks do not wait longer for a record */
#define WATCH_GIVE_UP_MS 300000 /* the timer fetches the next one */
#define WATCH_RETRY_MS   1000

/**
 * watch_run - comes back only where there is nothing to watch
 * @environment: for the hooks
 * Returns: 0: this machine has no such device; or -errno. Both are said.
 */
int watch_run(struct refresh *r, char *const *environment);

#endif
