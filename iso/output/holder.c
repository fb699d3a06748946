/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/holder.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/fs.h>
#include <linux/major.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

bool holder_optical(const struct stat *st)
{
	return S_ISBLK(st->st_mode) && major(st->st_rdev) == SCSI_CDROM_MAJOR;
}

/* A file's first line, without its end. */
static bool read_line(const char *path, char *out, size_t size)
{
	FILE *file = fopen(path, "re");
	const bool got = file && fgets(out, (int)size, file);

	if (file)
		fclose(file);
	if (got)
		out[strcspn(out, "\n")] = '\0';
	return got;
}

/* The disk of which @dev is a partition; else @dev itself. */
static dev_t disk_of(dev_t dev)
{
	char path[96], line[32];
	unsigned high, low;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/partition", major(dev), minor(dev));
	if (access(path, F_OK) < 0)
		return dev;
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/../dev", major(dev), minor(dev));
	if (!read_line(path, line, sizeof(line)) || sscanf(line, "%u:%u", &high, &low) != 2)
		return dev;
	return makedev(high, low);
}

/* What @used is to @dev, in words that the use itself follows; NULL: nothing. */
static const char *relation(dev_t used, dev_t dev)
{
	if (used == dev)
		return "";
	if (disk_of(used) == dev)
		return "a partition of it is ";
	if (used == disk_of(dev))
		return "the disk that it is a partition of is ";
	return NULL;
}

static const char *relation_of(const char *source, dev_t dev)
{
	struct stat st;

	/* Only what may be a device: to look at a network's name could take for ever. */
	if (source[0] != '/' || stat(source, &st) < 0 || !S_ISBLK(st.st_mode))
		return NULL;
	return relation(st.st_rdev, dev);
}

static bool find_mount(dev_t dev, const char *path, struct fault *f)
{
	FILE *table = setmntent("/proc/self/mounts", "re");
	const char *how = NULL;
	struct mntent *m;

	while (table && !how && (m = getmntent(table))) {
		how = relation_of(m->mnt_fsname, dev);
		if (how)
			fault_set(f, -EBUSY, "%s: %smounted on %s", path, how, m->mnt_dir);
	}
	if (table)
		endmntent(table);
	return how;
}

static bool find_swap(dev_t dev, const char *path, struct fault *f)
{
	FILE *table = fopen("/proc/swaps", "re");
	const char *how = NULL;
	char line[PATH_MAX + 64];

	while (table && !how && fgets(line, sizeof(line), table)) {
		line[strcspn(line, " \t")] = '\0';
		how = relation_of(line, dev);
		if (how)
			fault_set(f, -EBUSY, "%s: %sswap space", path, how);
	}
	if (table)
		fclose(table);
	return how;
}

/* Devices that are made of it, or of a partition of it: device mapper, RAID. */
static bool find_stack(dev_t dev, const char *path, struct fault *f)
{
	static const char *const where[] = { "holders/*", "*/holders/*" };
	char pattern[96];
	bool found = false;
	glob_t g;
	size_t i;

	for (i = 0; i < 2 && !found; i++) {
		snprintf(pattern, sizeof(pattern), "/sys/dev/block/%u:%u/%s", major(dev),
			minor(dev), where[i]);
		if (glob(pattern, 0, NULL, &g) != 0)
			continue;
		found = true;
		fault_set(f, -EBUSY, "%s: %spart of %s", path, i ? "a partition of it is " : "",
			strrchr(g.gl_pathv[0], '/') + 1);
		globfree(&g);
	}
	return found;
}

int holder_fault(struct fault *f, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISBLK(st.st_mode))
		return fault_errno(f, -EBUSY, path);
	if (find_mount(st.st_rdev, path, f) || find_swap(st.st_rdev, path, f) ||
		find_stack(st.st_rdev, path, f))
		return -EBUSY;
	return fault_set(f, -EBUSY, "%s: in use", path);
}

static int check_loop(dev_t dev, const char *path, struct fault *f)
{
	static const char above[] = "/sys/block/";
	char backing[PATH_MAX];
	const char *name;
	int r = 0;
	glob_t g;
	size_t i;

	if (glob("/sys/block/loop*/loop/backing_file", 0, NULL, &g) != 0)
		return 0;
	for (i = 0; i < g.gl_pathc && r == 0; i++) {
		if (!read_line(g.gl_pathv[i], backing, sizeof(backing)) ||
			!relation_of(backing, dev))
			continue;
		name = g.gl_pathv[i] + strlen(above);
		r = fault_set(
			f, -EBUSY, "%s: %.*s is made from it", path, (int)strcspn(name, "/"), name);
	}
	globfree(&g);
	return r;
}

static bool is_protected(int fd)
{
	int protected;

	return ioctl(fd, BLKROGET, &protected) == 0 && protected;
}

/* Some kernels refuse to open for writing what is write-protected; others let that be, and refuse to write. */
static int open_fault(const char *path, int err, struct fault *f)
{
	int fd, r;

	if (err == -EBUSY)
		return holder_fault(f, path);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && is_protected(fd))
		r = fault_set(f, -EROFS, "%s: write-protected", path);
	else
		r = fault_errno(f, err, path);
	if (fd >= 0)
		close(fd);
	return r;
}

int holder_open(const char *path, int *ret_fd, struct fault *f)
{
	const int fd = open(path, O_RDWR | O_EXCL | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	int r;

	if (fd < 0)
		return open_fault(path, -errno, f);
	if (fstat(fd, &st) < 0)
		r = fault_errno(f, -errno, path);
	else if (!S_ISBLK(st.st_mode))
		r = fault_set(f, -ENOTBLK, "%s: not a block device", path);
	else if (is_protected(fd))
		r = fault_set(f, -EROFS, "%s: write-protected", path);
	else
		r = check_loop(st.st_rdev, path, f);
	if (r == 0)
		*ret_fd = fd;
	else
		close(fd);
	return r;
}
