/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_DEVICE_H
#define GUEST_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "iso/read.h"
#include "seed/record.h"

#define DRIVES_MAX 32

enum drive_state {
	DRIVE_SILENT,    /* has not answered */
	DRIVE_OTHER,     /* not ours: another label or none, no medium, not readable */
	DRIVE_UNSETTLED, /* a CD drive that is not ready yet */
	DRIVE_BARE,      /* ours by its label, without a record */
	DRIVE_DAMAGED,   /* there is a record, but it could not be read whole */
	DRIVE_SEEDED,    /* @raw is there, and has still to be parsed */
};

struct drive {
	_Atomic int state;
	char path[64];
	bool is_block; /* else a file in a drive's place, by --device */
	bool on_usb;
	int err;      /* DRIVE_DAMAGED: why */
	char label[ISO_LABEL_MAX + 1];
	size_t len;
	uint8_t raw[RECORD_SIZE_MAX];
};

struct drives {
	size_t count;
	struct drive drive[DRIVES_MAX];
};

/** drives_wipe - what was read of any record. */
void drives_wipe(struct drives *d);

/**
 * drives_find - look at every block device, each from a child of its own
 * @d:       static storage, zero: a child that never ends goes on to look at it
 * @device:  look at this one alone; a regular file will do
 * @wait_ms: how long a device may take to answer, and how long to wait for drives that are
 *           still to appear; that only while one is to be expected
 *
 * Nothing is written, nothing stays in the page cache. Returns: 0, or -errno when the search
 * itself could not be made; what it found is in @d.
 */
int drives_find(struct drives *d, const char *device, unsigned wait_ms);

#endif
