/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/lock.h"

#include <errno.h>
#include <fcntl.h>

/* QEMU marks what it does with an image by locks on single bytes from here on, 100 for what it does,
 * 200 for what it lets nobody else do (its block/file-posix.c). */
#define QEMU_LOCK_FIRST 100
#define QEMU_LOCK_COUNT 200

/* Held until the end, so that no virtual machine starts from a drive half renewed, and no two of us
 * renew it at once. */
int output_lock(int fd, const char *path, struct fault *f)
{
	struct flock l = { .l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = QEMU_LOCK_FIRST,
		.l_len = QEMU_LOCK_COUNT };

	if (fcntl(fd, F_OFD_SETLK, &l) == 0)
		return 0;
	if (errno == EAGAIN || errno == EACCES)
		return fault_set(f, -EBUSY,
			"%s: locked: a running virtual machine has it, or another reseed", path);
	return fault_errno(f, -errno, path);
}
