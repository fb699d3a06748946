/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_FOUND_H
#define GUEST_FOUND_H

#include "guest/device.h"

/* One seed. Several drives may have the same seed. */
struct found {
	struct drive *drive;
	size_t index; /* number of @drive in struct drives */
	struct record rec;
	/* Each device that has this seed is one that only this machine's hypervisor can have attached. */
	bool trusted;
	bool stock;   /* it is Nova's random_seed, and not a record */
	bool buried;  /* it is a tombstone: the seed is gone */
	bool several; /* another drive has a different seed */
	bool spent;   /* a drive has a tombstone with the same seed id */
};

/** found_take - parse the bytes that a probe has read. Returns: 0; or -errno, which record_why() explains. */
int found_take(struct drives *d, size_t index, struct found *ret);

/**
 * found_same - is the last of the @n seeds equal to an earlier one, byte for byte?
 * If it is, the earlier one stays trusted only if both are trusted. A different seed with the same id is not equal.
 */
bool found_same(struct found *found, size_t n);

/** found_compare - called after the last seed was taken: set @several and @spent of each seed. */
void found_compare(struct found *found, size_t n);

#endif
