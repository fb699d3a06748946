/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/room.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/vfs.h>
#include <unistd.h>

#define BLOCK 512 /* the unit of st_blocks */

uint64_t room_of_memory(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	unsigned long long kib = 0;
	struct sysinfo info;
	char line[128];

	while (file && kib == 0 && fgets(line, sizeof(line), file))
		(void)sscanf(line, "MemAvailable: %llu kB", &kib);
	if (file)
		fclose(file);
	if (kib == 0 && sysinfo(&info) == 0)
		return (uint64_t)info.freeram * info.mem_unit;
	return (uint64_t)kib * 1024;
}

static bool in_memory(const struct statfs *fs)
{
	return fs->f_type == TMPFS_MAGIC || fs->f_type == RAMFS_MAGIC;
}

/* Only root may use the blocks that are reserved for root. A file system that has no size limit reports 0 blocks. */
static int check_free(const struct statfs *fs, uint64_t more)
{
	const uint64_t unit = (uint64_t)(fs->f_frsize ? fs->f_frsize : fs->f_bsize);
	const uint64_t free_blocks = geteuid() == 0 ? fs->f_bfree : fs->f_bavail;

	if (fs->f_blocks > 0)
		return more / unit + (more % unit != 0) > free_blocks ? -ENOSPC : 0;
	return in_memory(fs) && more > room_of_memory() / 4 * 3 ? -ENOSPC : 0;
}

/* Reserves blocks, also beyond the end of the file, without changing the file's size. After an error, ftruncate(2)
 * frees the blocks that were reserved. */
static int reserve(int fd, const struct stat *st, uint64_t size)
{
	int r;

	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)size) == 0)
		return 0;
	r = -errno;
	/* Some file systems cannot reserve blocks. If such a disk is full, only writing will report it. */
	if (r == -EOPNOTSUPP || r == -ENOSYS || r == -EINVAL)
		return 0;
	(void)!ftruncate(fd, st->st_size);
	return r;
}

int room_reserve(int fd, const struct stat *st, uint64_t size)
{
	const uint64_t has = (uint64_t)st->st_blocks * BLOCK;
	struct rlimit limit;
	struct statfs fs;
	int r = 0;

	/* The limit on file sizes is checked here, because the kernel does not apply it to a reservation that keeps the
	 * file's size: it applies it only when data is written later. */
	if (size > INT64_MAX ||
		(getrlimit(RLIMIT_FSIZE, &limit) == 0 && size > (uint64_t)limit.rlim_cur))
		return -EFBIG;
	if (fstatfs(fd, &fs) < 0)
		return reserve(fd, st, size);
	if (size > has)
		r = check_free(&fs, size - has);
	if (r == 0 && !(in_memory(&fs) && st->st_size == 0))
		r = reserve(fd, st, size);
	return r;
}
