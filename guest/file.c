/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/file.h"

#include <errno.h>

#include "guest/sys.h"

#define NEW ".new"

static int write_new(int folder, const char *name, const void *data, size_t len, unsigned mode)
{
	int fd, r;

	sys_unlink_at(folder, name); /* left by a run that was interrupted */
	fd = sys_open_at(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
	if (fd < 0)
		return fd;
	r = sys_write_all(fd, data, len);
	if (r == 0)
		r = sys_fsync(fd);
	sys_close(fd);
	return r;
}

int file_replace(int folder, const char *name, const void *data, size_t len, unsigned mode)
{
	char temp[256];
	int r;

	if (!sys_join(temp, sizeof(temp), name, NEW, ""))
		return -ENAMETOOLONG;
	r = write_new(folder, temp, data, len, mode);
	if (r == 0)
		r = (int)sys_call6(SYS_renameat2, folder, (long)temp, folder, (long)name, 0, 0);
	if (r < 0) {
		sys_unlink_at(folder, temp);
		return r;
	}
	return sys_fsync(folder);
}
