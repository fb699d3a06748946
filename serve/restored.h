/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_RESTORED_H
#define SERVE_RESTORED_H

#include <stdbool.h>
#include <stdint.h>

#include "util/wire/vmclock.h"

#define RESTORED_JUMP_NS 1000000000 /* of one clock against the other, between two looks */

/* By what it showed that this machine goes on from another state than the one it was in. */
enum restored_sign {
	RESTORED_NOT,
	RESTORED_CLOCK, /* the time of day has jumped against the clock that nobody sets */
	RESTORED_VM,    /* the hypervisor says so: util/wire/vmclock.h */
};

/*
 * Whether this host, if it is a virtual machine, was restored from a snapshot or copied, or has slept. Then what
 * is in memory may be in the memory of another machine as well. A restore need not show: a hypervisor can resume
 * a machine with both clocks as if no time had passed, and most show no page.
 */
struct restored {
	const volatile void *page; /* NULL: the hypervisor shows none */
	struct vmclock seen;       /* when we last looked */
	int64_t apart_ns; /* REALTIME - MONOTONIC, the same; INT64_MIN: not looked at yet */
};

/** restored_init - @device: VMCLOCK_DEVICE, which need not exist. Needs restored_clear() in the end. */
void restored_init(struct restored *r, const char *device);

/** restored_look - whether it happened since the last look, of which the first is restored_init() */
enum restored_sign restored_look(struct restored *r);

/** restored_clock - the same of two clocks that were read at one moment; for restored_look() and its tests. */
bool restored_clock(struct restored *r, int64_t realtime_ns, int64_t monotonic_ns);

void restored_clear(struct restored *r);

#endif
