/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/node.h"

#include <errno.h>

#include "guest/sys.h"

int node_open(const char *path, int flags, unsigned type, unsigned major, unsigned minor)
{
	/* This is how the kernel encodes a device number (new_encode_dev). */
	const unsigned number = (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
	int fd = sys_open(path, flags);
	bool made;

	if (fd != -ENOENT)
		return fd;
	made = sys_call6(SYS_mknodat, AT_FDCWD, (long)path, type | 0600, number, 0, 0) == 0;
	fd = sys_open(path, flags);
	if (made)
		sys_unlink_at(AT_FDCWD, path);
	return fd;
}
