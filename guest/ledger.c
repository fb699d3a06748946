/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/ledger.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "guest/sys.h"
#include "util/hex.h"

/* linux/magic.h. */
#define TMPFS_MAGIC     0x01021994u
#define RAMFS_MAGIC     0x858458f6u
#define OVERLAYFS_MAGIC 0x794c7630u

/* An overlay may lie on a tmpfs, and its upper layer cannot be asked from here: refused whole. */
static bool forgets(int fd)
{
	struct statfs fs;

	if (sys_call(SYS_fstatfs, fd, (long)&fs, 0, 0, 0, 0) < 0)
		return true;
	switch ((unsigned)fs.f_type) {
	case TMPFS_MAGIC:
	case RAMFS_MAGIC:
	case OVERLAYFS_MAGIC:
		return true;
	default:
		return false;
	}
}

static int open_dir(int at, const char *path)
{
	return sys_open_at(at, path, O_RDONLY | O_DIRECTORY, 0);
}

static bool sync_dir(int at, const char *path)
{
	int fd = open_dir(at, path);
	bool done = fd >= 0 && sys_fsync(fd) == 0;

	if (fd >= 0)
		sys_close(fd);
	return done;
}

static enum ledger commit_id(int dir, const struct record *rec)
{
	struct timespec expiry[2] = { { .tv_nsec = UTIME_NOW }, { 0 } };
	char name[2 * RECORD_ID_SIZE + 1];
	enum ledger verdict = LEDGER_FAILED;
	int fd;

	if (rec->ttl)
		expiry[1].tv_sec = (time_t)(rec->issued_at + rec->ttl);
	hex_encode(rec->seed_id, RECORD_ID_SIZE, name);
	fd = sys_open_at(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fd == -EEXIST ? LEDGER_SPENT : LEDGER_FAILED;
	if (sys_call(SYS_utimensat, fd, 0, (long)expiry, 0, 0, 0) == 0 && sys_fsync(fd) == 0 &&
		sys_fsync(dir) == 0)
		verdict = LEDGER_COMMITTED;
	sys_close(fd);
	return verdict;
}

enum ledger ledger_commit(const char *dir, const struct record *rec)
{
	enum ledger verdict;
	bool fresh;
	int fd;

	if (!dir)
		return LEDGER_NONE;
	fd = open_dir(AT_FDCWD, dir);
	fresh = fd == -ENOENT && sys_call(SYS_mkdirat, AT_FDCWD, (long)dir, 0700, 0, 0, 0) == 0;
	if (fresh)
		fd = open_dir(AT_FDCWD, dir);
	if (fd < 0)
		return LEDGER_FAILED;
	if (forgets(fd))
		verdict = LEDGER_FORGETS;
	else if (fresh && !sync_dir(fd, ".."))
		verdict = LEDGER_FAILED;
	else
		verdict = commit_id(fd, rec);
	sys_close(fd);
	return verdict;
}
