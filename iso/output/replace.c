/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/replace.h"
#include "iso/leftover.h"
#include "util/sha256.h"
#include "util/hex.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* A hash and not the name itself: a name may be as long as the file system allows. */
static void temp_name(struct replace *r)
{
	uint8_t digest[SHA256_SIZE];
	char hex[LEFTOVER_DIGITS + 1];

	sha256(r->name, strlen(r->name), digest);
	hex_encode(digest, LEFTOVER_DIGITS / 2, hex);
	snprintf(r->temp, sizeof(r->temp), LEFTOVER_BEGIN "%s" LEFTOVER_END, hex);
}

static int open_folder(struct replace *r, const char *path, struct fault *f)
{
	char full[PATH_MAX], copy[PATH_MAX];
	int n;

	n = (int)strlen(path);
	if (n == 0)
		return fault_set(f, -EINVAL, "the name of the output is empty");
	if (path[n - 1] == '/')
		return fault_errno(f, -EISDIR, path);
	/* A symbolic link stays one: it is its target that is replaced. */
	if (realpath(path, full))
		n = (int)strlen(full);
	else
		n = snprintf(full, sizeof(full), "%s", path);
	if (n >= (int)sizeof(full))
		return fault_errno(f, -ENAMETOOLONG, path);
	memcpy(copy, full, (size_t)n + 1);
	r->dirfd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->dirfd < 0)
		return fault_errno(f, -errno, path);
	memcpy(copy, full, (size_t)n + 1);
	n = snprintf(r->name, sizeof(r->name), "%s", basename(copy));
	if (n >= (int)sizeof(r->name))
		return fault_errno(f, -ENAMETOOLONG, path);
	return 0;
}

static int check_old(struct replace *r, const char *path, struct fault *f)
{
	if (fstatat(r->dirfd, r->name, &r->old, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fault_errno(f, -errno, path);
	if (S_ISDIR(r->old.st_mode))
		return fault_errno(f, -EISDIR, path);
	if (S_ISLNK(r->old.st_mode))
		return fault_set(f, -EINVAL, "%s: a symbolic link to nothing", path);
	if (!S_ISREG(r->old.st_mode))
		return fault_set(f, -EINVAL, "%s: not a regular file", path);
	r->replaces = true;
	return 0;
}

/* The name can be guessed: what lies there counts as a leftover of ours only if nobody else can have
 * opened it, or knows it under another name. */
static bool is_ours(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_uid == geteuid() && st->st_nlink == 1 &&
		!(st->st_mode & 077);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

static int remove_temp(struct replace *r, const char *path, struct fault *f)
{
	if (unlinkat(r->dirfd, r->temp, 0) < 0 && errno != ENOENT)
		return fault_set(
			f, -EPERM, "%s: %s in its folder is somebody else's", path, r->temp);
	return 0;
}

/* A run that was killed just before its rename may have left the file with the mode of OUT, which need not
 * let its owner write. To be removed it need only be opened and found to be locked by nobody. */
static int open_temp(const struct replace *r)
{
	const int flags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	int fd = openat(r->dirfd, r->temp, O_RDWR | O_CREAT | flags, 0600);

	if (fd < 0 && errno == EACCES) {
		fd = openat(r->dirfd, r->temp, O_RDONLY | flags);
		if (fd < 0)
			errno = EACCES;
	}
	return fd;
}

static bool is_writable(int fd)
{
	return (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR;
}

/* 1: @r->fd is the temporary file, ours, locked and empty. 0: it was not, or was renamed under us:
 * once more. */
static int take_temp(struct replace *r, const char *path, struct fault *f)
{
	struct stat held, named;

	r->fd = open_temp(r);
	if (r->fd < 0 && errno != ELOOP)
		return fault_errno(f, -errno, path);
	/* Locked: at work, whoever's it is; its owner and mode may be those of OUT by now. */
	if (r->fd >= 0 && flock(r->fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ?
			fault_set(f, -EBUSY, "%s: another process is writing it", path) :
			fault_errno(f, -errno, path);
	if (r->fd < 0 || fstat(r->fd, &held) < 0)
		return remove_temp(r, path, f);
	if (fstatat(r->dirfd, r->temp, &named, AT_SYMLINK_NOFOLLOW) < 0 ||
		!same_file(&held, &named))
		return 0;
	if (!is_ours(&held) || !is_writable(r->fd))
		return remove_temp(r, path, f);
	r->owned = true;
	if (ftruncate(r->fd, 0) < 0)
		return fault_errno(f, -errno, path);
	return 1;
}

static void drop_fd(struct replace *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

int replace_open(struct replace *r, const char *path, struct fault *f)
{
	int e;

	*r = (struct replace){ .fd = -1, .dirfd = -1 };
	e = open_folder(r, path, f);
	if (e == 0)
		e = check_old(r, path, f);
	if (e < 0)
		return e;
	temp_name(r);
	for (;;) {
		e = take_temp(r, path, f);
		if (e > 0)
			break;
		if (e < 0)
			return e;
		drop_fd(r);
	}
	return 0;
}

/* The owner's wish, as far as ours goes: root can keep both, others perhaps the group. */
static void keep_owner(struct replace *r)
{
	if (fchown(r->fd, r->old.st_uid, r->old.st_gid) < 0)
		(void)!fchown(r->fd, (uid_t)-1, r->old.st_gid);
}

int replace_commit(struct replace *r)
{
	if (r->replaces) {
		keep_owner(r);
		if (fchmod(r->fd, r->old.st_mode & 07777) < 0)
			return -errno;
	}
	if (fsync(r->fd) < 0)
		return -errno;
	if (renameat(r->dirfd, r->temp, r->dirfd, r->name) < 0)
		return -errno;
	r->owned = false;
	/* The folder of some network file systems cannot be synced: the rename is done all the same. */
	if (fsync(r->dirfd) < 0 && errno != EINVAL && errno != EROFS)
		return -errno;
	return 0;
}

void replace_clear(struct replace *r)
{
	if (!r)
		return;
	if (r->owned)
		unlinkat(r->dirfd, r->temp, 0);
	r->owned = false;
	drop_fd(r);
	if (r->dirfd >= 0)
		close(r->dirfd);
	r->dirfd = -1;
}
