/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_RESTORED_H
#define SERVE_RESTORED_H

#include <stdbool.h>
#include <stdint.h>

#include "util/wire/vmclock.h"

/* A longer jump of one clock against the other counts as a sign. */
#define RESTORED_JUMP_NS 1000000000

/* The sign by which a restore was noticed. */
enum restored_sign {
	RESTORED_NOT,
	RESTORED_CLOCK, /* CLOCK_REALTIME jumped against CLOCK_MONOTONIC */
	RESTORED_VM,    /* the hypervisor reports it: util/wire/vmclock.h */
};

/*
 * Notices that this host, if it is a virtual machine, was restored from a snapshot or copied, or has slept. In these
 * cases another machine may have the same content in memory. Some restores cannot be noticed: a hypervisor can resume a
 * machine with both clocks set as if no time had passed, and most hypervisors offer no vmclock page.
 */
struct restored {
	const char *device;
	const volatile void *page; /* the vmclock page; NULL: the hypervisor offers none */
	struct vmclock seen;       /* its content at the last call */
	int64_t apart_ns; /* CLOCK_REALTIME - CLOCK_MONOTONIC at the last call; INT64_MIN: not read yet */
};

/**
 * restored_init - look for the first time; needs restored_clear() in the end
 * @device: VMCLOCK_DEVICE, which need not exist; must outlive @r
 */
void restored_init(struct restored *r, const char *device);

/** restored_search - look for the device again if it was not there yet. Its driver may be loaded at any time. */
void restored_search(struct restored *r);

/** restored_look - whether this machine was restored since the last call, or since restored_init(). */
enum restored_sign restored_look(struct restored *r);

/**
 * restored_clock - the part of restored_look() that compares two clocks that were read at the same time; public for
 * tests.
 */
bool restored_clock(struct restored *r, int64_t realtime_ns, int64_t monotonic_ns);

void restored_clear(struct restored *r);

#endif
