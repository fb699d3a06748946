/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/listener.h"
#include "serve/web_request.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 512

static int option(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) < 0 ? -1 : value;
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
};

static bool is_loopback(const union address *a)
{
	if (a->any.sa_family == AF_INET)
		return ntohl(a->v4.sin_addr.s_addr) >> 24 == 127;
	return a->any.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
}

static int parse_host(const char *host, uint16_t port, union address *ret)
{
	*ret = (union address){ 0 };
	if (inet_pton(AF_INET, host, &ret->v4.sin_addr) == 1) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons(port);
	} else if (inet_pton(AF_INET6, host, &ret->v6.sin6_addr) == 1) {
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons(port);
	}
	return ret->any.sa_family == AF_UNSPEC ? -EINVAL : 0;
}

bool listener_is_local(const char *host)
{
	union address a;

	return parse_host(host, 1, &a) == 0 && is_loopback(&a);
}

/* On a network, other people can read what is sent. So most protocols are restricted to unix sockets and the
 * loopback. */
static bool may_be_at(const struct listen_options *o, const union address *a)
{
	const struct web_site *site = o->protocol->site;

	if (a->any.sa_family == AF_UNIX || is_loopback(a))
		return true;
	return site && (a->any.sa_family == AF_INET || a->any.sa_family == AF_INET6) &&
		(!site->secret || o->token.set);
}

static bool fits(const struct listen_options *o, int fd)
{
	union address a = { 0 };
	socklen_t len = sizeof(a);

	if (option(fd, SO_TYPE) != o->protocol->socket_type || option(fd, SO_ACCEPTCONN) != 1 ||
		getsockname(fd, &a.any, &len) < 0)
		return false;
	return may_be_at(o, &a);
}

int listener_take(struct listener *ret, const struct listen_options *o, int fd, struct fault *f)
{
	const bool packets = o->protocol->socket_type == SOCK_SEQPACKET;

	if (!fits(o, fd))
		return packets ?
			fault_set(f, -EINVAL,
				"LISTEN_FDS: the broker's socket, which has no [listen NAME], must be a listening unix socket of type SOCK_SEQPACKET") :
			fault_set(f, -EINVAL,
				"LISTEN_FDS: %s: must be a listening stream socket, on a unix path or %s",
				o->name,
				!o->protocol->site ?
					"the loopback" :
					o->protocol->site->secret ?
					"the loopback, or on another address with a token-file" :
					"an IP address");
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ||
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
		return fault_errno(f, -errno, "LISTEN_FDS");
	*ret = (struct listener){ .options = o, .fd = fd, .taken = true };
	return 0;
}

const struct listen_options *listen_find(
	const struct listen_options *o, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(o[i].name, name) == 0)
			return o + i;
	return NULL;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool listener_is_at(const struct listener *l, const struct listen_options *o)
{
	const struct listen_options *now = l->options;

	return now->protocol == o->protocol &&
		(l->taken ? fits(o, l->fd) :
			    (same_text(now->path, o->path) && same_text(now->host, o->host) &&
				    now->port == o->port && now->mode == o->mode &&
				    now->group == o->group));
}

/* Opens the folder, and locks it against another daemon that starts at the same time. Any user who may read the folder
 * can hold this lock, so the daemon does not wait for it. */
static int open_folder(const char *path, struct fault *f)
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)] = ".";
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
		r = fault_set(f, -EPERM,
			"%s: users other than root and the daemon's user may write to it", folder);
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

/* Removes a socket at @path on which nobody listens: a daemon that was killed has left it. */
static int remove_leftover(const char *path, int socket_type, struct fault *f)
{
	const struct sockaddr_un a = address_of(path);
	struct stat st;
	int fd, r;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : fault_errno(f, -errno, path);
	if (!S_ISSOCK(st.st_mode))
		return fault_set(f, -EEXIST, "%s: exists and is not a socket", path);
	fd = socket(AF_UNIX, socket_type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fault_errno(f, -errno, path);
	r = connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0 ? -errno : 0;
	close(fd);
	if (r != -ECONNREFUSED)
		return fault_set(f, -EADDRINUSE, "%s: another process is listening on it", path);
	return unlink(path) < 0 ? fault_errno(f, -errno, path) : 0;
}

/* The mode is set before listen(2), because nobody can connect before listen(2). */
static int bind_path(struct listener *l, struct fault *f)
{
	const struct listen_options *o = l->options;
	const struct sockaddr_un a = address_of(o->path);

	if (bind(l->fd, (const struct sockaddr *)&a, sizeof(a)) < 0)
		return fault_errno(f, -errno, o->path);
	l->created = true;
	if (lstat(o->path, &l->st) < 0 || chmod(o->path, o->mode) < 0 ||
		(o->group != (gid_t)-1 && lchown(o->path, (uid_t)-1, o->group) < 0) ||
		listen(l->fd, BACKLOG) < 0)
		return fault_errno(f, -errno, o->path);
	return 0;
}

static int open_path(struct listener *l, struct fault *f)
{
	const char *path = l->options->path;
	const int type = l->options->protocol->socket_type;
	int folder, r;

	if (!*path || strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return fault_set(f, -ENAMETOOLONG, "--socket: must be a path of 1 to %zu bytes",
			sizeof(((struct sockaddr_un *)0)->sun_path) - 1);
	folder = open_folder(path, f);
	if (folder < 0)
		return folder;
	r = remove_leftover(path, type, f);
	if (r == 0) {
		l->fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		r = l->fd < 0 ? fault_errno(f, -errno, path) : bind_path(l, f);
	}
	close(folder);
	return r;
}

/* Because of SO_REUSEADDR, connections of the last run that were closed a moment ago do not block the port. */
static int open_port(struct listener *l, struct fault *f)
{
	const struct listen_options *o = l->options;
	const int on = 1;
	union address a;
	socklen_t len;

	if (parse_host(o->host, o->port, &a) < 0 || !may_be_at(o, &a))
		return fault_set(f, -EINVAL, "%s: not a loopback address", o->host);
	len = a.any.sa_family == AF_INET ? sizeof(a.v4) : sizeof(a.v6);
	l->fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0 || setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
		bind(l->fd, &a.any, len) < 0 || listen(l->fd, BACKLOG) < 0)
		return fault_set(f, -errno, "%s: port %u: %s", o->host, o->port, strerror(errno));
	return 0;
}

int listener_open(struct listener *ret, const struct listen_options *o, struct fault *f)
{
	struct listener l = { .options = o, .fd = -1 };
	const int r = o->path ? open_path(&l, f) : open_port(&l, f);

	if (r < 0)
		listener_close(&l);
	else
		*ret = l;
	return r;
}

void listener_close(struct listener *l)
{
	struct stat st;

	if (l->created && lstat(l->options->path, &st) == 0 && st.st_dev == l->st.st_dev &&
		st.st_ino == l->st.st_ino)
		unlink(l->options->path);
	l->created = false;
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}
