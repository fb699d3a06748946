/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/stack.h"
#include "iso/output/loop.h"

#include <errno.h>
#include <glob.h>
#include <linux/major.h>
#include <stdio.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* --- sysfs --- */

int device_of(const char *path, dev_t *ret)
{
	FILE *file = fopen(path, "re");
	unsigned high, low;
	int r = 0;

	if (!file)
		return -errno;
	if (fscanf(file, "%u:%u", &high, &low) == 2)
		*ret = makedev(high, low);
	else
		r = -ENODATA;
	fclose(file);
	return r;
}

/* Returns: the disk of which @dev is a partition; if @dev is no partition, @dev itself. */
static dev_t disk_of(dev_t dev)
{
	char path[96];
	dev_t disk = dev;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/partition", major(dev), minor(dev));
	if (access(path, F_OK) < 0)
		return dev;
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/../dev", major(dev), minor(dev));
	(void)device_of(path, &disk);
	return disk;
}

/* --- the stack --- */

bool stack_has_dev(const struct stack *s, dev_t dev)
{
	size_t i;

	for (i = 0; i < s->devs; i++)
		if (s->dev[i] == dev)
			return true;
	return false;
}

bool stack_has_file(const struct stack *s, dev_t dev, ino_t ino)
{
	size_t i;

	for (i = 0; i < s->files; i++)
		if (s->file[i].dev == dev && s->file[i].ino == ino)
			return true;
	return false;
}

static void add_dev(struct stack *s, dev_t dev)
{
	if (stack_has_dev(s, dev))
		return;
	if (s->devs < STACK_MAX)
		s->dev[s->devs++] = dev;
	else
		s->cut = true;
}

static void add_file(struct stack *s, dev_t dev, ino_t ino)
{
	if (stack_has_file(s, dev, ino))
		return;
	if (s->files < STACK_MAX)
		s->file[s->files++] = (struct stack_file){ dev, ino };
	else
		s->cut = true;
}

static void add_members(struct stack *s, dev_t dev)
{
	char pattern[96];
	dev_t member = 0;
	glob_t g;
	size_t i;

	snprintf(pattern, sizeof(pattern), "/sys/dev/block/%u:%u/slaves/*/dev", major(dev),
		minor(dev));
	if (glob(pattern, 0, NULL, &g) != 0)
		return;
	for (i = 0; i < g.gl_pathc; i++) {
		if (device_of(g.gl_pathv[i], &member) == 0)
			add_dev(s, member);
		else
			s->cut = true;
	}
	globfree(&g);
}

static void add_loop_source(struct stack *s, dev_t dev)
{
	struct loop_list list;
	struct loop_source l;
	int r = loop_list_read(&list);

	if (r < 0)
		s->cut = true;
	while ((r = loop_list_next(&list, &l)) != 0) {
		if (l.self != dev)
			continue;
		if (r < 0)
			s->cut = true;
		else if (l.rdev)
			add_dev(s, l.rdev);
		else
			add_file(s, l.dev, l.ino);
	}
	loop_list_clear(&list);
}

void stack_find(struct stack *s, dev_t dev)
{
	size_t i;

	*s = (struct stack){ 0 };
	add_dev(s, dev);
	for (i = 0; i < s->devs; i++) {
		const dev_t disk = disk_of(s->dev[i]);

		add_members(s, disk);
		if (major(disk) == LOOP_MAJOR)
			add_loop_source(s, disk);
	}
}

void stack_of_file(struct stack *s, dev_t dev, ino_t ino)
{
	*s = (struct stack){ 0 };
	add_file(s, dev, ino);
}

enum relation stack_relation(const struct stack *s, dev_t used)
{
	size_t i;

	for (i = 0; i < s->devs; i++) {
		const dev_t dev = s->dev[i];
		const enum relation how = used == dev ? RELATION_SELF :
			disk_of(used) == dev          ? RELATION_PARTITION :
			used == disk_of(dev)          ? RELATION_DISK :
							RELATION_NONE;

		if (how != RELATION_NONE)
			return i == 0 ? how : RELATION_BELOW;
	}
	return RELATION_NONE;
}

const char *relation_words(enum relation r)
{
	switch (r) {
	case RELATION_PARTITION:
		return "a partition of it is ";
	case RELATION_DISK:
		return "the disk that it is a partition of is ";
	case RELATION_BELOW:
		return "a device or file that it is made of is ";
	default:
		return "";
	}
}
