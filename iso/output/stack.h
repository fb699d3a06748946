/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_STACK_H
#define ISO_OUTPUT_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define STACK_MAX 64

/*
 * A block device and what it is made from: the members of a device mapper's or RAID's, what a loop device reads. By the
 * numbers of devices and inodes, which are the same in any namespace of mounts, and not by paths.
 */
struct stack {
	dev_t dev[STACK_MAX]; /* the first is the device itself */
	size_t devs;
	struct stack_file {
		dev_t dev;
		ino_t ino;
	} file[STACK_MAX]; /* regular files that loop devices are made from */
	size_t files;
	bool cut; /* there are more of them, or some could not be looked at */
};

/** stack_find - @dev and all that is below it. */
void stack_find(struct stack *s, dev_t dev);

/** stack_of_file - a stack of nothing but a regular file. */
void stack_of_file(struct stack *s, dev_t dev, ino_t ino);

/* What a device that somebody uses is to that of the stack. */
enum relation {
	RELATION_NONE,
	RELATION_SELF,
	RELATION_PARTITION, /* a partition of it */
	RELATION_DISK,      /* the disk that it is a partition of */
	RELATION_BELOW,     /* something that it is made from */
};

/** stack_relation - does writing to the stack's device change what is on the device @used? */
enum relation stack_relation(const struct stack *s, dev_t used);

/** relation_words - what comes before the words for the use: "a partition of it is ", say. */
const char *relation_words(enum relation r);

bool stack_has_dev(const struct stack *s, dev_t dev);
bool stack_has_file(const struct stack *s, dev_t dev, ino_t ino);

/** device_of - the number in a file of sysfs that holds one, such as /sys/block/sda/dev. Returns: 0 or -errno. */
int device_of(const char *path, dev_t *ret);

#endif
