/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/lock.h"

#include <errno.h>
#include <fcntl.h>

/* QEMU marks what it does with an image by locks on single bytes from here on, 100 for what it does,
 * 200 for what it lets nobody else do (its block/file-posix.c). */
#define QEMU_LOCK_FIRST 100
#define QEMU_LOCK_COUNT 200

static int busy(const char *path, struct fault *f)
{
	return fault_set(f, -EBUSY,
		"%s: locked: a running virtual machine has it, or another run of seedrive", path);
}

/* A descriptor to read cannot have a lock to write, but it can be told of everybody else's. */
static int lock_shared(int fd, struct flock l, const char *path, struct fault *f)
{
	struct flock other = l;

	if (fcntl(fd, F_OFD_GETLK, &other) == 0 && other.l_type != F_UNLCK)
		return busy(path, f);
	l.l_type = F_RDLCK;
	if (fcntl(fd, F_OFD_SETLK, &l) < 0 && (errno == EAGAIN || errno == EACCES))
		return busy(path, f);
	return 0;
}

/* Held until the end, so that no virtual machine starts from a drive half written, and no two of us
 * write it at once. */
int output_lock(int fd, const char *path, struct fault *f)
{
	struct flock l = { .l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = QEMU_LOCK_FIRST,
		.l_len = QEMU_LOCK_COUNT };

	if (fcntl(fd, F_OFD_SETLK, &l) == 0)
		return 0;
	if (errno == EAGAIN || errno == EACCES)
		return busy(path, f);
	if (errno == EBADF)
		return lock_shared(fd, l, path, f);
	/* Network file systems without a lock service: nobody can have one there. */
	if (errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS)
		return 0;
	return fault_errno(f, -errno, path);
}
