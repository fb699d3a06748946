/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_WIRE_VMCLOCK_H
#define UTIL_WIRE_VMCLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VMCLOCK_DEVICE "/dev/vmclock0"
#define VMCLOCK_SIZE   112 /* bytes that are looked at; a device without the generation has 104 */

/*
 * A page that the hypervisor shows to its guest, and changes when the guest goes on from another state than the
 * one it was in: linux/vmclock-abi.h, version 1, little-endian. Of it, what tells that; not the clock.
 */
struct vmclock {
	uint64_t disruption; /* changes with a restore, and with a live migration */
	bool counted;        /* the hypervisor counts generations: */
	uint64_t generation; /* changes with a restore alone */
};

/**
 * vmclock_read - what the page says at this moment
 * @page: VMCLOCK_SIZE bytes, aligned to 8, which may change meanwhile
 * Returns: 0; -EAGAIN while it is being changed; -EBADMSG where it is no such page.
 */
int vmclock_read(const volatile void *page, struct vmclock *ret);

/** vmclock_same - whether the guest has gone on in between without a restore, as far as the page tells. */
bool vmclock_same(const struct vmclock *a, const struct vmclock *b);

#endif
