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
	DRIVE_OTHER, /* not ours: another label or none, no medium; @err: it could not be opened or read */
	DRIVE_UNSETTLED, /* a CD drive that is not ready yet */
	DRIVE_BARE,      /* ours by its label, without a seed; @err: a random_seed that is none */
	DRIVE_DAMAGED,   /* there is a record, but it could not be read whole: @err */
	DRIVE_STOCK,     /* no record, but Nova's random_seed: @len bytes in @raw, zeros behind */
	DRIVE_SEEDED,    /* @raw is there, and has still to be parsed */
};

struct drive {
	_Atomic int state;
	char path[64];
	bool is_block;   /* else a file in a drive's place, by --device */
	bool listed;     /* by sysfs, under the path without its /dev/ */
	bool maybe_cd;   /* unless its name says otherwise */
	bool trusted;    /* only this machine's hypervisor can have attached it */
	bool persistent; /* what is written to it outlives the boot, as far as is known */
	int err;
	char label[ISO_LABEL_MAX + 1];
	uint8_t uuid[UUID_SIZE]; /* DRIVE_STOCK: the instance's by its metadata; zero: none */
	uint64_t at;             /* DRIVE_SEEDED: where on the drive the record lies */
	size_t len;
	uint8_t raw[RECORD_SIZE_MAX];
};

struct drives {
	size_t count;
	bool left_out; /* there are more than DRIVES_MAX, and the rest is not looked at */
	struct drive drive[DRIVES_MAX];
};

/**
 * device_discover - note every block device that can be a drive
 * @d: empty
 * If there are more than DRIVES_MAX, CDs come first, then what is small or cannot be written to, as config drives are.
 */
void device_discover(struct drives *d);

/** device_name - note those of @paths, up to a NULL, that are there now and are not noted; they may be files. */
void device_name(struct drives *d, const char *const *paths);

/** device_is_file - a regular file, which cannot keep anybody waiting. */
bool device_is_file(const char *path);

/** device_open - by its node, or without one where /dev is empty; a descriptor or -errno. */
int device_open(const struct drive *drive, int flags);

/** device_writable - a disk that sysfs does not call read-only. A CD is never taken for one. */
bool device_writable(const struct drive *drive);

#endif
