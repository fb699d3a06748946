/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACTIVATED_FD 3 /* the first, and for us the only one */
#define BACKLOG      512

static bool is_number(const char *text, long number)
{
	char want[24];

	snprintf(want, sizeof(want), "%ld", number);
	return text && strcmp(text, want) == 0;
}

static int option(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) < 0 ? -1 : value;
}

int listener_activated(struct listener *ret, const struct protocol *protocol, struct fault *f)
{
	const char *fds = getenv("LISTEN_FDS");
	const bool ours = is_number(getenv("LISTEN_PID"), getpid());
	const bool one = is_number(fds, 1);

	if (!fds || !ours)
		return -ENOENT;
	/* A child must not take them for its own. */
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDNAMES");
	if (!one || option(ACTIVATED_FD, SO_DOMAIN) != AF_UNIX ||
		option(ACTIVATED_FD, SO_TYPE) != protocol->socket_type ||
		option(ACTIVATED_FD, SO_ACCEPTCONN) != 1)
		return fault_set(f, -EINVAL,
			"LISTEN_FDS: must be one unix socket of sequential packets that listens");
	*ret = (struct listener){ .protocol = protocol, .fd = ACTIVATED_FD };
	if (fcntl(ret->fd, F_SETFD, FD_CLOEXEC) < 0 ||
		fcntl(ret->fd, F_SETFL, fcntl(ret->fd, F_GETFL) | O_NONBLOCK) < 0)
		return fault_errno(f, -errno, "LISTEN_FDS");
	return 0;
}

/* The folder, locked against another daemon that starts at the same time. We do not wait for the lock: anybody
 * who may read the folder can hold it. */
static int open_folder(const char *path, struct fault *f)
{
	char folder[sizeof(((struct listener *)0)->path)] = ".";
	const char *slash = strrchr(path, '/');
	struct stat st;
	int fd, r = 0;

	if (slash)
		snprintf(folder, sizeof(folder), "%.*s", slash > path ? (int)(slash - path) : 1,
			path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fault_errno(f, -errno, folder);
	(void)flock(fd, LOCK_EX | LOCK_NB);
	if (fstat(fd, &st) < 0)
		r = fault_errno(f, -errno, folder);
	else if ((st.st_uid != 0 && st.st_uid != geteuid()) || st.st_mode & (S_IWGRP | S_IWOTH))
		r = fault_set(
			f, -EPERM, "%s: others than root and this user may write there", folder);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	memcpy(a.sun_path, path, strlen(path));
	return a;
}

/* A socket at @path on which nobody listens is left from a daemon that was killed. */
static int remove_leftover(const char *path, int socket_type, struct fault *f)
{
	const struct sockaddr_un a = address_of(path);
	struct stat st;
	int fd, r;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : fault_errno(f, -errno, path);
	if (!S_ISSOCK(st.st_mode))
		return fault_set(f, -EEXIST, "%s: is there already, and no socket", path);
	fd = socket(AF_UNIX, socket_type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fault_errno(f, -errno, path);
	r = connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0 ? -errno : 0;
	close(fd);
	if (r != -ECONNREFUSED)
		return fault_set(f, -EADDRINUSE, "%s: somebody listens there already", path);
	return unlink(path) < 0 ? fault_errno(f, -errno, path) : 0;
}

/* Nobody can connect before listen(2), so the mode is right in time. */
static int bind_and_listen(struct listener *l, struct fault *f)
{
	const struct sockaddr_un a = address_of(l->path);

	l->fd = socket(AF_UNIX, l->protocol->socket_type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0 || bind(l->fd, (const struct sockaddr *)&a, sizeof(a)) < 0)
		return fault_errno(f, -errno, l->path);
	l->created = true;
	if (lstat(l->path, &l->st) < 0 || chmod(l->path, 0666) < 0 || listen(l->fd, BACKLOG) < 0)
		return fault_errno(f, -errno, l->path);
	return 0;
}

int listener_open(
	struct listener *ret, const struct protocol *protocol, const char *path, struct fault *f)
{
	struct listener l = { .protocol = protocol, .fd = -1 };
	int folder, r;

	if (!*path || strlen(path) >= sizeof(l.path))
		return fault_set(f, -ENAMETOOLONG, "--socket: must be a path of 1 to %zu bytes",
			sizeof(l.path) - 1);
	strcpy(l.path, path);
	folder = open_folder(path, f);
	if (folder < 0)
		return folder;
	r = remove_leftover(path, protocol->socket_type, f);
	if (r == 0)
		r = bind_and_listen(&l, f);
	if (r < 0)
		listener_close(&l);
	else
		*ret = l;
	close(folder);
	return r;
}

void listener_close(struct listener *l)
{
	struct stat st;

	if (l->created && lstat(l->path, &st) == 0 && st.st_dev == l->st.st_dev &&
		st.st_ino == l->st.st_ino)
		unlink(l->path);
	l->created = false;
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}
