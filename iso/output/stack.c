/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/stack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <linux/loop.h>
#include <linux/major.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
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

/* The disk of which @dev is a partition; else @dev itself. */
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

/* --- loop devices --- */

/* The path in sysfs need not be one of ours. It is the best that is known where the node cannot be opened. */
static int loop_by_path(unsigned number, struct loop_source *ret)
{
	char path[96], backing[PATH_MAX];
	struct stat st;
	FILE *file;
	bool got;

	snprintf(path, sizeof(path), "/sys/block/loop%u/loop/backing_file", number);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	got = fgets(backing, sizeof(backing), file);
	fclose(file);
	if (!got)
		return -ENODATA;
	backing[strcspn(backing, "\n")] = '\0';
	if (stat(backing, &st) < 0)
		return -errno;
	ret->dev = st.st_dev;
	ret->ino = st.st_ino;
	ret->rdev = S_ISBLK(st.st_mode) ? st.st_rdev : 0;
	return 0;
}

/* Its node has the name that the kernel gave it, unless this /dev is somebody's own. */
static int loop_by_node(const struct loop_source *l, struct loop_info64 *info)
{
	char path[64];
	struct stat st;
	int fd, r = 0;

	snprintf(path, sizeof(path), "/dev/%s", l->name);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISBLK(st.st_mode) || st.st_rdev != l->self)
		r = -ENODEV;
	else if (ioctl(fd, LOOP_GET_STATUS64, info) < 0)
		r = -errno;
	close(fd);
	return r;
}

static int loop_look(unsigned number, struct loop_source *ret)
{
	struct loop_info64 info = { 0 };
	char path[96];
	int r;

	*ret = (struct loop_source){ 0 };
	snprintf(ret->name, sizeof(ret->name), "loop%u", number);
	snprintf(path, sizeof(path), "/sys/block/loop%u/dev", number);
	r = device_of(path, &ret->self);
	if (r < 0)
		return r;
	r = loop_by_node(ret, &info);
	if (r == -ENXIO) /* no longer in use */
		return 0;
	if (r < 0)
		return loop_by_path(number, ret) < 0 ? r : 1;
	ret->dev = (dev_t)info.lo_device;
	ret->rdev = (dev_t)info.lo_rdevice;
	ret->ino = (ino_t)info.lo_inode;
	ret->from = info.lo_offset;
	ret->to = info.lo_sizelimit ? info.lo_offset + info.lo_sizelimit : 0;
	return 1;
}

int loop_next(unsigned *at, struct loop_source *ret)
{
	DIR *dir = opendir("/sys/block");
	unsigned number, next = UINT_MAX;
	char path[96];
	struct dirent *e;
	int r = 0;

	/* cppcheck-suppress readdirCalled ; each stream has one reader, and readdir_r is deprecated */
	while (dir && (e = readdir(dir)))
		if (sscanf(e->d_name, "loop%u", &number) == 1 && number >= *at && number < next) {
			snprintf(path, sizeof(path), "/sys/block/loop%u/loop", number);
			if (access(path, F_OK) == 0)
				next = number;
		}
	if (dir)
		closedir(dir);
	if (next == UINT_MAX)
		return 0;
	*at = next + 1;
	r = loop_look(next, ret);
	return r == 0 ? loop_next(at, ret) : r;
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
	struct loop_source l;
	unsigned at = 0;
	int r;

	while ((r = loop_next(&at, &l)) != 0) {
		if (l.self != dev)
			continue;
		if (r < 0)
			s->cut = true;
		else if (l.rdev)
			add_dev(s, l.rdev);
		else
			add_file(s, l.dev, l.ino);
	}
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
		return "what it is made from is ";
	default:
		return "";
	}
}
