/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/open.h"
#include "util/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define ALWAYS (O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* --- leases --- */

#define LEASE_MS 120000 /* how long to wait for a lease */
#define PAUSE_MS 20     /* between two attempts */

/* Did openat(2) fail with @err because of a lease? Only regular files have leases, and drivers of devices may report
 * EWOULDBLOCK for causes of their own. */
static bool is_leased(int at, const char *path, int flags, int err)
{
	const int follow = flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
	struct stat st;

	return err == EWOULDBLOCK && fstatat(at, path, &st, follow) == 0 && S_ISREG(st.st_mode);
}

/* Is a signal that ends the program blocked and pending? It cannot interrupt the wait itself. */
static bool is_ending(void)
{
	sigset_t set;

	return sigpending(&set) == 0 &&
		(sigismember(&set, SIGINT) || sigismember(&set, SIGTERM) ||
			sigismember(&set, SIGHUP) || sigismember(&set, SIGQUIT));
}

static int open_within(int at, const char *path, int flags, int64_t wait_ms)
{
	const struct timespec nap = { .tv_nsec = PAUSE_MS * 1000000L };
	int64_t end = 0;

	for (;;) {
		const int fd = openat(at, path, flags | ALWAYS), err = errno;

		if (fd >= 0)
			return fd;
		if (!is_leased(at, path, flags, err))
			return -err;
		if (end == 0)
			end = clock_ms() + wait_ms;
		if (clock_ms() >= end)
			return -EWOULDBLOCK;
		if (is_ending())
			return -EINTR;
		nanosleep(&nap, NULL);
	}
}

int open_nonblocking(int at, const char *path, int flags)
{
	return open_within(at, path, flags, LEASE_MS);
}

const char *open_text(int err)
{
	return err == -EWOULDBLOCK ?
		"another program holds a lease on the file, and has not given it up" :
		strerror(-err);
}

/* --- kinds --- */

static bool is_null(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

static bool is_allowed(const struct stat *st, unsigned kinds)
{
	return (S_ISREG(st->st_mode) && kinds & OPEN_FILE) ||
		(S_ISBLK(st->st_mode) && kinds & OPEN_DISK) ||
		(S_ISDIR(st->st_mode) && kinds & OPEN_FOLDER) || (is_null(st) && kinds & OPEN_NULL);
}

/* Resolves one component of a path. If it is a symbolic link, the descriptor refers to the link itself. */
static int step(int at, const char *name, size_t len)
{
	char copy[NAME_MAX + 1];

	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(copy, name, len);
	copy[len] = '\0';
	at = openat(at, copy, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return at < 0 ? -errno : at;
}

static int check_step(int fd, bool last)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	return last || S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

/* openat2(2) with RESOLVE_NO_SYMLINKS would do the same, but seccomp filters often refuse that system call. */
static int look_up_step_by_step(int at, const char *path)
{
	int here = *path == '/' ? step(AT_FDCWD, "/", 1) : at, r = 0;

	if (here < 0 && here != AT_FDCWD)
		return here;
	if (!*path)
		return -ENOENT;
	for (path += strspn(path, "/"); *path && r == 0;) {
		const size_t len = strcspn(path, "/");
		const int next = step(here, path, len);

		path += len;
		r = next < 0 ? next : check_step(next, !*path);
		path += strspn(path, "/");
		if (here != at)
			close(here);
		here = next;
	}
	if (r < 0 && here >= 0 && here != at)
		close(here);
	return r < 0 ? r : here == at ? -ENOENT : here;
}

static int look_up(int at, const char *path, int flags, unsigned kinds)
{
	int fd;

	if (kinds & OPEN_NO_LINKS)
		return look_up_step_by_step(at, path);
	fd = openat(at, path, O_PATH | (flags & (O_NOFOLLOW | O_DIRECTORY)) | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return fd;
}

/* Without /proc we can only open the path again, and check that it still leads to the file that was found before. */
static int open_again_by_name(
	int at, const char *path, int flags, int64_t wait_ms, const struct stat *st)
{
	const int fd = open_within(at, path, flags, wait_ms);
	struct stat now;
	int r;

	if (fd < 0)
		return fd;
	if (fstat(fd, &now) < 0)
		r = -errno;
	else
		r = now.st_ino == st->st_ino && now.st_dev == st->st_dev ? 0 : -ESTALE;
	if (r < 0)
		close(fd);
	return r < 0 ? r : fd;
}

static int open_found(int found, int flags, int64_t wait_ms)
{
	char self[sizeof("/proc/self/fd/") + 3 * sizeof(int)];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", found);
	return open_within(AT_FDCWD, self, flags & ~O_NOFOLLOW, wait_ms);
}

int open_kind(int at, const char *path, int flags, unsigned kinds, struct stat *ret_st)
{
	const int64_t wait_ms = kinds & OPEN_AT_ONCE ? 0 : LEASE_MS;
	const int found = look_up(at, path, flags, kinds);
	int r = found < 0 ? found : 0;

	*ret_st = (struct stat){ 0 };
	if (r == 0 && fstat(found, ret_st) < 0)
		r = -errno;
	if (r == 0 && !is_allowed(ret_st, kinds))
		r = S_ISLNK(ret_st->st_mode) ? -ELOOP : -EMEDIUMTYPE;
	if (r == 0)
		r = open_found(found, flags, wait_ms);
	if (r == -ENOENT && found >= 0 && !(kinds & OPEN_NO_LINKS))
		r = open_again_by_name(at, path, flags, wait_ms, ret_st);
	if (found >= 0)
		close(found);
	return r;
}
