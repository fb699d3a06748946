/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_VMCLOCK_H
#define UTIL_WIRE_VMCLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VMCLOCK_DEVICE "/dev/vmclock0"
#define VMCLOCK_SIZE   112 /* bytes read; a device without a generation counter has only 104 */

/*
 * The vmclock page, as linux/vmclock-abi.h describes it (version 1, little-endian). The hypervisor shares it with its
 * guest, and changes it when the guest is restored from a snapshot or migrated. We read only the fields that show such
 * a change, and not the clock.
 */
struct vmclock {
	uint64_t disruption; /* changes after a restore, and after a live migration */
	bool counted;        /* the hypervisor provides @generation */
	uint64_t generation; /* changes only after a restore */
	bool notified; /* poll(2) waits until the page changes; if false, poll(2) returns at once */
};

/**
 * vmclock_read - read the page's current state
 * @page: VMCLOCK_SIZE bytes, aligned to 8; the hypervisor may change them during the call
 * Returns: 0; -EAGAIN if the hypervisor is changing the page; -EBADMSG if it is not a vmclock page.
 */
int vmclock_read(const volatile void *page, struct vmclock *ret);

/** vmclock_same - has the guest run from @a to @b without a restore? The answer is only as good as the page. */
bool vmclock_same(const struct vmclock *a, const struct vmclock *b);

#endif
