/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/ledger.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "guest/sys.h"
#include "util/hex.h"

/* File systems that outlive a boot (linux/magic.h; ZFS and bcachefs by their own headers). Of any other it
 * is not known: tmpfs and ramfs forget, an overlay may lie on one of them, a network may be away. */
static const uint32_t lasting[] = {
	0xef53,     /* ext2, ext3, ext4 */
	0x58465342, /* XFS */
	0x9123683e, /* Btrfs */
	0xf2f52010, /* F2FS */
	0x2fc12fc1, /* ZFS */
	0xca451a4e, /* bcachefs */
};

static bool lasts(int fd)
{
	struct statfs fs;
	size_t i;

	if (sys_call(SYS_fstatfs, fd, (long)&fs, 0, 0, 0, 0) < 0)
		return false;
	for (i = 0; i < sizeof(lasting) / sizeof(*lasting); i++)
		if ((uint32_t)fs.f_type == lasting[i])
			return true;
	return false;
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

/* Its parent is synced each time: whoever made the folder may have been cut off before that. */
enum ledger ledger_commit(const char *dir, const struct record *rec)
{
	enum ledger verdict = LEDGER_FAILED;
	int fd;

	if (!dir)
		return LEDGER_NONE;
	fd = open_dir(AT_FDCWD, dir);
	if (fd == -ENOENT && sys_call(SYS_mkdirat, AT_FDCWD, (long)dir, 0700, 0, 0, 0) == 0)
		fd = open_dir(AT_FDCWD, dir);
	if (fd < 0)
		return LEDGER_FAILED;
	if (!lasts(fd))
		verdict = LEDGER_FORGETS;
	else if (sync_dir(fd, ".."))
		verdict = commit_id(fd, rec);
	sys_close(fd);
	return verdict;
}

enum ledger ledger_look(const char *dir, const struct record *rec)
{
	char name[2 * RECORD_ID_SIZE + 1];
	enum ledger verdict = LEDGER_COMMITTED;
	int fd;

	if (!dir)
		return LEDGER_NONE;
	fd = open_dir(AT_FDCWD, dir);
	if (fd == -ENOENT)
		return LEDGER_COMMITTED; /* it would be made: more cannot be told without */
	if (fd < 0)
		return LEDGER_FAILED;
	hex_encode(rec->seed_id, RECORD_ID_SIZE, name);
	if (!lasts(fd))
		verdict = LEDGER_FORGETS;
	else if (sys_call(SYS_faccessat, fd, (long)name, F_OK, 0, 0, 0) == 0)
		verdict = LEDGER_SPENT;
	sys_close(fd);
	return verdict;
}
