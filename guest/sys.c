/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/sys.h"

#include <errno.h>

long sys_read_text(const char *path, char *text, size_t size)
{
	int fd = sys_open(path, O_RDONLY);
	long n;

	text[0] = '\0';
	if (fd < 0)
		return fd;
	n = sys_read(fd, text, size - 1);
	sys_close(fd);
	if (n >= 0)
		text[n] = '\0';
	return n;
}

int sys_write_all(int fd, const void *buf, size_t len)
{
	const uint8_t *p = buf;

	while (len > 0) {
		long n = sys_call(SYS_write, fd, (long)p, (long)len, 0, 0, 0);

		if (n == -EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? (int)n : -EIO;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}
