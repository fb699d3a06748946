/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_STACK_H
#define ISO_OUTPUT_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define STACK_MAX 64

/*
 * A block device and everything below it: the members of a device mapper or RAID device, and the device or file that a
 * loop device uses. They are identified by device and inode numbers, not by paths, because the numbers are the same in
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
	/* Incomplete: there are more devices or files than fit, or some could not be examined. */
	bool cut;
};

/** stack_find - fill in @s with @dev and everything below it. */
void stack_find(struct stack *s, dev_t dev);

/** stack_of_file - fill in @s with one regular file, and nothing else. */
void stack_of_file(struct stack *s, dev_t dev, ino_t ino);

/* How a device that somebody uses is related to the stack's first device. */
enum relation {
	RELATION_NONE,
	RELATION_SELF,
	RELATION_PARTITION, /* the used device is a partition of ours */
	RELATION_DISK,      /* the used device is the disk of which ours is a partition */
	RELATION_BELOW,     /* the used device or file is below ours */
};

/**
 * stack_relation - how is the device @used related to the stack's first device?
 * Returns: RELATION_NONE if writing to the stack's first device does not change @used.
 */
enum relation stack_relation(const struct stack *s, dev_t used);

/** relation_words - the words for a message that precede the use, such as "a partition of it is ". */
const char *relation_words(enum relation r);

bool stack_has_dev(const struct stack *s, dev_t dev);
bool stack_has_file(const struct stack *s, dev_t dev, ino_t ino);

/** device_of - read a device number from a sysfs file such as /sys/block/sda/dev. Returns: 0 or -errno. */
int device_of(const char *path, dev_t *ret);

#endif
