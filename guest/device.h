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
	DRIVE_SILENT, /* the device has not answered */
	/* Not a config drive: it has no medium, no label or another one; or it could not be opened or read: @err. */
	DRIVE_OTHER,
	DRIVE_UNSETTLED, /* a CD drive that is not ready yet */
	DRIVE_BARE,      /* a config drive without a seed; @err: why its random_seed was refused */
	DRIVE_DAMAGED,   /* it has a record, which could not be read completely: @err */
	/* It has no record, but Nova's random_seed: @raw has @len bytes, then zeros. */
	DRIVE_STOCK,
	DRIVE_SEEDED, /* it has a record: it is in @raw, and not parsed yet */
};

struct drive {
	_Atomic int state;
	char path[64];
	bool is_block;   /* if false, it is an image file that --device names */
	bool listed;     /* sysfs lists it; its name there is @path without /dev/ */
	bool maybe_cd;   /* by its name, it may be a CD drive */
	bool trusted;    /* only this machine's hypervisor can have attached it */
	bool persistent; /* it is known to keep its bytes through a reboot */
	int err;
	char label[ISO_LABEL_MAX + 1];
	uint8_t uuid[UUID_SIZE]; /* DRIVE_STOCK: the instance's UUID in its metadata; zero: none */
	uint64_t at;             /* DRIVE_SEEDED: offset of the record on the drive, in bytes */
	size_t len;
	uint8_t raw[RECORD_SIZE_MAX];
};

struct drives {
	size_t count;
	/* There are more than DRIVES_MAX devices; the further ones are not looked at. */
	bool left_out;
	struct drive drive[DRIVES_MAX];
};

/**
 * device_discover - list every block device that may be a config drive
 * @d: empty
 * If there are more than DRIVES_MAX, CDs come first, and then devices that are small or read-only, as config drives
 * are.
 */
void device_discover(struct drives *d);

/**
 * device_name - add those of @paths that exist now and are not in @d yet. @paths: NULL-terminated; may contain files.
 */
void device_name(struct drives *d, const char *const *paths);

/** device_is_file - is @path a regular file? Reading a regular file does not block. */
bool device_is_file(const char *path);

/**
 * device_open - open the device by its node; if the node is missing in /dev, by a temporary one.
 * Returns: a descriptor or -errno.
 */
int device_open(const struct drive *drive, int flags);

/** device_writable - is this a disk, and not a CD, that is writable according to sysfs? */
bool device_writable(const struct drive *drive);

#endif
