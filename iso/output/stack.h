/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_STACK_H
#define ISO_OUTPUT_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define STACK_MAX 64

/*
 * A block device and everything below it: the members of a device mapper or RAID device, the device or file that a
 * loop device uses. They are identified by device and inode numbers, not by paths, because numbers are the same in
 * every mount namespace.
 */
struct stack {
	dev_t dev[STACK_MAX]; /* the first is the device itself */
	size_t devs;
	struct stack_file {
		dev_t dev;
		ino_t ino;
	} file[STACK_MAX]; /* regular files that loop devices use */
	size_t files;
	bool cut; /* incomplete: there are more devices or files, or some could not be examined */
};

/** stack_find - fill in @s with @dev and everything below it. */
void stack_find(struct stack *s, dev_t dev);

/** stack_of_file - fill in @s with nothing but one regular file. */
void stack_of_file(struct stack *s, dev_t dev, ino_t ino);

/* How a device that somebody uses is related to the stack's first device. */
enum relation {
	RELATION_NONE,
	RELATION_SELF,
	RELATION_PARTITION, /* the used device is a partition of ours */
	RELATION_DISK,      /* the used device is the disk that ours is a partition of */
	RELATION_BELOW,     /* the used device or file is below ours */
};

/**
 * stack_relation - how is the device @used related? RELATION_NONE: writing to the stack's device does not change it.
 */
enum relation stack_relation(const struct stack *s, dev_t used);

/** relation_words - the words that precede the use in a message, such as "a partition of it is ". */
const char *relation_words(enum relation r);

bool stack_has_dev(const struct stack *s, dev_t dev);
bool stack_has_file(const struct stack *s, dev_t dev, ino_t ino);

/** device_of - read a device number from a sysfs file such as /sys/block/sda/dev. Returns: 0 or -errno. */
int device_of(const char *path, dev_t *ret);

#endif
