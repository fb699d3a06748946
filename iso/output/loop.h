/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEEDRIVE_ISO_OUTPUT_LOOP_H
#define SEEDRIVE_ISO_OUTPUT_LOOP_H

/* The loop devices of this host that are in use. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct dirent;

/* What a loop device is made from, and which part of it. */
struct loop_source {
	char name[32]; /* of the loop device: "loop0" */
	dev_t self;
	dev_t dev, rdev; /* of what it is made from; @rdev: of a block device */
	ino_t ino;
	uint64_t from, to; /* bytes of it; 0 as @to: up to its end */
};

struct loop_list {
	struct dirent **entry;
	size_t count, at;
};

/**
 * loop_list_read - their names, by number; a host without sysfs has none
 * Returns: 0 or -errno; the caller clears the list in either case.
 */
int loop_list_read(struct loop_list *ret);

/**
 * loop_list_next - the next one that is still in use
 * Returns: 1 with @ret; 0 after the last one; -errno where one could not be looked at, with its @ret->name, and the list goes on.
 */
int loop_list_next(struct loop_list *l, struct loop_source *ret);

/** loop_list_clear - frees the names; also of a list that could not be read, or is clear. */
void loop_list_clear(struct loop_list *l);

#endif
