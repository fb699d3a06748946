/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/lock.h"

#include <errno.h>
#include <fcntl.h>

/* QEMU locks single bytes of an image: from byte 100 on for the operations that it performs itself, from byte 200 on
 * for the operations that it forbids to other processes (block/file-posix.c in its source). */
#define QEMU_LOCK_FIRST 100
#define QEMU_LOCK_COUNT 200

static int busy(const char *path, struct fault *f)
{
	return fault_set(f, -EBUSY,
		"%s: locked: in use by a running virtual machine or another run of seedrive", path);
}

/* A descriptor that is open only for reading cannot take a write lock. But F_OFD_GETLK shows whether one would be
 * refused. */
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

/* The lock is held until the image is written, so that no virtual machine starts from a half-written drive, and no two
 * runs write the same drive. */
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
	/* This is a network file system without a lock service, or a kernel without this kind of lock (EINVAL; gVisor):
	 * nobody can hold one there. */
	if (errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL)
		return 0;
	return fault_errno(f, -errno, path);
}

void output_unlock(int fd)
{
	struct flock l = { .l_type = F_UNLCK,
		.l_whence = SEEK_SET,
		.l_start = QEMU_LOCK_FIRST,
		.l_len = QEMU_LOCK_COUNT };

	(void)fcntl(fd, F_OFD_SETLK, &l);
}
