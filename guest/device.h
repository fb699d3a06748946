/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_DEVICE_H
#define GUEST_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "iso/read.h"
#include "util/wire/record.h"

#define DRIVES_MAX 64

enum drive_state {
	DRIVE_SILENT, /* has not answered */
	DRIVE_OTHER, /* not a config drive: no medium, or another label or none; @err: could not be opened or read */
	DRIVE_UNSETTLED, /* a CD drive that is not ready yet */
	DRIVE_BARE,      /* a config drive without a seed; @err: why its random_seed was refused */
	DRIVE_DAMAGED,   /* has a record that could not be read completely: @err */
	DRIVE_STOCK,     /* no record, but Nova's random_seed: @len bytes in @raw, then zeros */
	DRIVE_SEEDED,    /* the record is in @raw, not yet parsed */
};

struct drive {
	_Atomic int state;
	char path[64];
	bool is_block;   /* else an image file, by --device */
	bool listed;     /* sysfs lists it, under the path without /dev/ */
	bool maybe_cd;   /* its name does not exclude that it is a CD drive */
	bool trusted;    /* only this machine's hypervisor can have attached it */
	bool persistent; /* it is known to keep its bytes through a reboot */
	int err;
	char label[ISO_LABEL_MAX + 1];
	uint8_t uuid[UUID_SIZE]; /* DRIVE_STOCK: of the instance, by its metadata; zero: none */
	uint64_t at;             /* DRIVE_SEEDED: offset of the record on the drive, in bytes */
	size_t len;
	uint8_t raw[RECORD_SIZE_MAX];
};

struct drives {
	size_t count;
	bool left_out; /* there are more than DRIVES_MAX devices, and the others are not looked at */
	struct drive drive[DRIVES_MAX];
};

/**
 * device_discover - list every block device that may be a config drive
 * @d: empty
 * If there are more than DRIVES_MAX, CDs come first, then devices that are small or read-only, as config drives are.
 */
void device_discover(struct drives *d);

/** device_name - add those of @paths, a NULL-terminated list, that exist now and are not yet in @d; they may be files. */
void device_name(struct drives *d, const char *const *paths);

/** device_is_file - is it a regular file? To read one does not block. */
bool device_is_file(const char *path);

/** device_open - open the device by its node, or by a temporary one if /dev is empty; a descriptor or -errno. */
int device_open(const struct drive *drive, int flags);

/** device_writable - is it a disk, not a CD, and writable according to sysfs? */
bool device_writable(const struct drive *drive);

#endif
