/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEEDRIVE_ISO_OUTPUT_LOOP_H
#define SEEDRIVE_ISO_OUTPUT_LOOP_H

/* Lists the loop devices of this host that are in use. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct dirent;

/* The device or file that a loop device uses, and the part of it that is used. */
struct loop_source {
	char name[32];   /* of the loop device: "loop0" */
	dev_t self;      /* number of the loop device */
	dev_t dev, rdev; /* of the device or file it uses; @rdev is 0 for a regular file */
	ino_t ino;
	uint64_t from, to; /* first byte used, and the byte after the last; @to 0: up to the end */
};

struct loop_list {
	struct dirent **entry; /* the names, sorted by number */
	size_t count, at;      /* @at: the next name to return */
};

/**
 * loop_list_read - read the names of the loop devices that are in use; without sysfs the list is empty
 * Returns: 0 or -errno; the caller calls loop_list_clear() in both cases.
 */
int loop_list_read(struct loop_list *ret);

/**
 * loop_list_next - get the next loop device that is still in use
 * Returns: 1 with @ret; 0 after the last one; -errno with @ret->name if a device could not be examined: the next call
 * goes on with the device after it.
 */
int loop_list_next(struct loop_list *l, struct loop_source *ret);

/** loop_list_clear - free the list. Accepts a list that could not be read, or that was cleared before. */
void loop_list_clear(struct loop_list *l);

#endif
