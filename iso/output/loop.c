/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/loop.h"
#include "iso/output/stack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Finds the backing file by the path that sysfs shows. This path may be valid only in another mount namespace, so this
 * is used only if the device node cannot be opened. */
static int loop_by_path(struct loop_source *ret)
{
	char path[96], backing[PATH_MAX];
	struct stat st;
	FILE *file;
	bool got;

	snprintf(path, sizeof(path), "/sys/block/%s/loop/backing_file", ret->name);
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

/* Asks the loop device itself for its backing file. Normally its node in /dev has the name that the kernel uses. This
 * checks that the node really is that device. */
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

/* Examines one loop device. Returns: 1; 0 if it is no longer in use; or -errno. */
static int loop_look(const char *name, struct loop_source *ret)
{
	struct loop_info64 info = { 0 };
	char path[96];
	int r;

	*ret = (struct loop_source){ 0 };
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	snprintf(path, sizeof(path), "/sys/block/%s/dev", ret->name);
	r = device_of(path, &ret->self);
	if (r < 0)
		return r;
	r = loop_by_node(ret, &info);
	if (r == -ENXIO) /* no longer in use */
		return 0;
	if (r < 0)
		return loop_by_path(ret) < 0 ? r : 1;
	ret->dev = (dev_t)info.lo_device;
	ret->rdev = (dev_t)info.lo_rdevice;
	ret->ino = (ino_t)info.lo_inode;
	ret->from = info.lo_offset;
	ret->to = info.lo_sizelimit ? info.lo_offset + info.lo_sizelimit : 0;
	return 1;
}

static int is_used_loop(const struct dirent *e)
{
	char path[96], rest;
	unsigned number;

	if (sscanf(e->d_name, "loop%u%c", &number, &rest) != 1)
		return 0;
	snprintf(path, sizeof(path), "/sys/block/loop%u/loop", number);
	return access(path, F_OK) == 0;
}

int loop_list_read(struct loop_list *ret)
{
	int n;

	*ret = (struct loop_list){ 0 };
	n = scandir("/sys/block", &ret->entry, is_used_loop, versionsort);
	if (n < 0)
		return errno == ENOENT ? 0 : -errno;
	ret->count = (size_t)n;
	return 0;
}

int loop_list_next(struct loop_list *l, struct loop_source *ret)
{
	int r = 0;

	while (r == 0 && l->at < l->count)
		r = loop_look(l->entry[l->at++]->d_name, ret);
	return r;
}

void loop_list_clear(struct loop_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		free(l->entry[i]);
	free(l->entry);
	*l = (struct loop_list){ 0 };
}
