/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/sys.h"

#include <errno.h>
#include <string.h>

struct dirent_raw {
	uint64_t ino;
	int64_t off;
	unsigned short len;
	unsigned char type;
	char name[];
};

int sys_open_at(int at, const char *path, int flags, unsigned mode)
{
	return (int)sys_call6(SYS_openat, at, (long)path, flags | O_CLOEXEC, mode, 0, 0);
}

int sys_open(const char *path, int flags)
{
	return sys_open_at(AT_FDCWD, path, flags, 0);
}

int sys_open_dir(int at, const char *path)
{
	return sys_open_at(at, path, O_RDONLY | O_DIRECTORY, 0);
}

void sys_close(int fd)
{
	sys_call(SYS_close, fd, 0, 0);
}

long sys_read(int fd, void *buf, size_t len)
{
	return sys_call(SYS_read, fd, (long)buf, (long)len);
}

long sys_write(int fd, const void *buf, size_t len)
{
	return sys_call(SYS_write, fd, (long)buf, (long)len);
}

long sys_pread(int fd, void *buf, size_t len, uint64_t off)
{
	return sys_call6(SYS_pread64, fd, (long)buf, (long)len, (long)off, 0, 0);
}

long sys_pwrite(int fd, const void *buf, size_t len, uint64_t off)
{
	return sys_call6(SYS_pwrite64, fd, (long)buf, (long)len, (long)off, 0, 0);
}

int sys_ioctl(int fd, unsigned long what, void *arg)
{
	return (int)sys_call(SYS_ioctl, fd, (long)what, (long)arg);
}

int sys_set_flags(int fd, int flags)
{
	return (int)sys_call(SYS_fcntl, fd, F_SETFL, flags);
}

int sys_set_handler(int number, uint64_t handler)
{
	/* The kernel's struct for the action of a signal. */
	const struct {
		uint64_t handler, flags, restorer, mask;
	} action = { .handler = handler };

	return (int)sys_call6(
		SYS_rt_sigaction, number, (long)&action, 0, sizeof(action.mask), 0, 0);
}

int sys_fsync(int fd)
{
	return (int)sys_call(SYS_fsync, fd, 0, 0);
}

int sys_unlink_at(int at, const char *path)
{
	return (int)sys_call(SYS_unlinkat, at, (long)path, 0);
}

long sys_read_link(const char *path, char *text, size_t size)
{
	return sys_call6(SYS_readlinkat, AT_FDCWD, (long)path, (long)text, (long)size, 0, 0);
}

int sys_find_at(int at, const char *path)
{
	return (int)sys_call(SYS_faccessat, at, (long)path, F_OK);
}

bool sys_exists(const char *path)
{
	return sys_find_at(AT_FDCWD, path) == 0;
}

int sys_stat_at(int at, const char *path, int at_flags, struct stat *ret)
{
	return (int)sys_call6(SYS_newfstatat, at, (long)path, (long)ret, at_flags, 0, 0);
}

int sys_fstat(int fd, struct stat *ret)
{
	return (int)sys_call(SYS_fstat, fd, (long)ret, 0);
}

int sys_fstatfs(int fd, struct statfs *ret)
{
	return (int)sys_call(SYS_fstatfs, fd, (long)ret, 0);
}

uint64_t sys_nanoseconds(clockid_t clock)
{
	struct timespec t = { 0 };

	sys_call(SYS_clock_gettime, clock, (long)&t, 0);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

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
		long n = sys_write(fd, p, len);

		if (n == -EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? (int)n : -EIO;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

char *sys_number(char *end, uint64_t number)
{
	do
		*--end = (char)('0' + number % 10);
	while (number /= 10);
	return end;
}

bool sys_join(char *out, size_t size, const char *a, const char *b, const char *c)
{
	const char *const pieces[] = { a, b, c };
	size_t i, at = 0, n;

	for (i = 0; i < 3; i++, at += n) {
		n = strlen(pieces[i]);
		if (at + n >= size)
			return false;
		memcpy(out + at, pieces[i], n + 1);
	}
	return true;
}

bool sys_each_name(const char *folder, bool (*each)(void *ctx, const char *name), void *ctx)
{
	_Alignas(struct dirent_raw) char buf[1024];
	int fd = sys_open_dir(AT_FDCWD, folder);
	bool any = false;
	long n, at;

	if (fd < 0)
		return false;
	while ((n = sys_call(SYS_getdents64, fd, (long)buf, sizeof(buf))) > 0) {
		const struct dirent_raw *e;

		for (at = 0; at < n; at += e->len) {
			e = (const struct dirent_raw *)(buf + at);
			/* NOLINTNEXTLINE(clang-analyzer-core.*): the kernel has filled the buffer */
			if (e->name[0] != '.' && each(ctx, e->name))
				any = true;
		}
	}
	sys_close(fd);
	return any;
}
