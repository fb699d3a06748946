/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/source/stream.h"
#include "util/clock.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* poll() sometimes reports a descriptor as ready that is not. This is the pause before the next try, then. */
#define PAUSE_MS 2

int stream_wait(int fd, short events, int64_t deadline_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int r;

	do {
		const int64_t left = deadline_ms - clock_ms();

		if (left <= 0)
			return -ETIMEDOUT;
		r = poll(&p, 1, left < INT_MAX ? (int)left : INT_MAX);
		if (r < 0 && errno != EINTR)
			return -errno;
	} while (r <= 0);
	/* Also if poll() reports an error on @fd: the caller's next read or write will return that error. */
	return 0;
}

int stream_pause(unsigned ms, int64_t deadline_ms)
{
	const int64_t left = deadline_ms - clock_ms();
	const int64_t n = left < ms ? left : ms;
	struct timespec t = { .tv_sec = n / 1000, .tv_nsec = n % 1000 * 1000000 };

	if (n > 0)
		nanosleep(&t, NULL); /* a signal may end the sleep early, which does no harm */
	return clock_ms() < deadline_ms ? 0 : -ETIMEDOUT;
}

/* Decides after a failed call. Returns: 0 if the call should be made again, else -errno. EAGAIN can follow a successful
 * poll(), which reports /dev/hwrng as readable even if it has no bytes. */
static int not_yet(int64_t deadline_ms)
{
	switch (errno) {
	case EINTR:
		return 0;
	case EAGAIN:
		return stream_pause(PAUSE_MS, deadline_ms);
	case ECONNRESET: /* the peer closed the connection before it had read all that we sent */
	case EPIPE:
		return -ENODATA;
	default:
		return -errno;
	}
}

int stream_read(int fd, void *buf, size_t len, int64_t deadline_ms)
{
	uint8_t *p = buf;
	int r = 0;

	while (len > 0 && (r = stream_wait(fd, POLLIN, deadline_ms)) == 0) {
		ssize_t n = read(fd, p, len);

		if (n == 0)
			return -ENODATA;
		if (n < 0 && (r = not_yet(deadline_ms)) < 0)
			return r;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return r;
}

int stream_send(int fd, const void *buf, size_t len, int64_t deadline_ms)
{
	const uint8_t *p = buf;
	int r = 0;

	while (len > 0 && (r = stream_wait(fd, POLLOUT, deadline_ms)) == 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && (r = not_yet(deadline_ms)) < 0)
			return r;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return r;
}

int stream_quiet(int fd)
{
	uint8_t byte;

	/* The end of the stream (0) and errors are not reported here: the next read returns them. */
	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0 ? -EPROTO : 0;
}

/* Waits until a connect() in the background has ended. Returns: its result. */
static int finish_connect(int fd, int64_t deadline_ms)
{
	socklen_t size = sizeof(int);
	int error = 0, r = stream_wait(fd, POLLOUT, deadline_ms);

	if (r < 0)
		return r;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	return -error;
}

/* While the queue of a unix socket is full, connect() returns EAGAIN: it is called again then. */
static int try_connect(int fd, const struct sockaddr *to, socklen_t size, int64_t deadline_ms)
{
	int r;

	for (;;) {
		if (connect(fd, to, size) == 0)
			return 0;
		if (errno == EINPROGRESS || errno == EINTR)
			return finish_connect(fd, deadline_ms);
		if (errno != EAGAIN || to->sa_family != AF_UNIX)
			return -errno;
		r = stream_pause(PAUSE_MS, deadline_ms);
		if (r < 0)
			return r;
	}
}

static int connected(const struct sockaddr *to, socklen_t size, int64_t deadline_ms)
{
	int fd = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return -errno;
	r = try_connect(fd, to, size, deadline_ms);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

int stream_unix(const char *path, struct stat *ret_node, int64_t deadline_ms)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	if (strlen(path) > STREAM_UNIX_MAX)
		return -ENAMETOOLONG;
	strcpy(to.sun_path, path);
	if (stat(path, ret_node) < 0)
		return -errno;
	if (!S_ISSOCK(ret_node->st_mode))
		return S_ISDIR(ret_node->st_mode) ? -EISDIR : -ENOTSOCK;
	return connected((const struct sockaddr *)&to, sizeof(to), deadline_ms);
}

int stream_tcp(const char *host, const char *port, int64_t deadline_ms)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	struct addrinfo *list = NULL, *one;
	int r = -EADDRNOTAVAIL;

	if (getaddrinfo(host, port, &hints, &list) != 0)
		return r;
	for (one = list; one && r < 0 && r != -ETIMEDOUT; one = one->ai_next)
		r = connected(one->ai_addr, one->ai_addrlen, deadline_ms);
	freeaddrinfo(list);
	return r;
}

int stream_check_unix(const char *path, struct fault *f)
{
	return strlen(path) <= STREAM_UNIX_MAX ?
		0 :
		fault_set(f, -EINVAL, "the path of a socket has at most %d bytes", STREAM_UNIX_MAX);
}

bool stream_is_port(const char *text, size_t len)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < len && i < 5; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		n = 10 * n + (unsigned)(text[i] - '0');
	}
	return i == len && n >= 1 && n <= 65535;
}

/* Turns an IPv6 address that contains an IPv4 address (IPv4-mapped) into that IPv4 address. */
static void unmap_ipv4(struct sockaddr_storage *who)
{
	const struct sockaddr_in6 six = *(const struct sockaddr_in6 *)who;
	struct sockaddr_in *four = (struct sockaddr_in *)who;

	if (who->ss_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&six.sin6_addr))
		return;
	*four = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = six.sin6_port };
	memcpy(&four->sin_addr, six.sin6_addr.s6_addr + 12, 4);
}

static bool is_loopback(const struct sockaddr_storage *who)
{
	if (who->ss_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)who)->sin6_addr);
	return who->ss_family == AF_INET &&
		ntohl(((const struct sockaddr_in *)who)->sin_addr.s_addr) >> 24 == 127;
}

bool stream_peer(int fd, char *out, size_t size)
{
	struct sockaddr_storage who = { 0 };
	socklen_t len = sizeof(who);
	char host[64], port[8];

	out[0] = '\0';
	if (getpeername(fd, (struct sockaddr *)&who, &len) < 0)
		return false;
	unmap_ipv4(&who);
	if (getnameinfo((const struct sockaddr *)&who, sizeof(who), host, sizeof(host), port,
		    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		snprintf(out, size, who.ss_family == AF_INET6 ? "tcp [%s]:%s" : "tcp %s:%s", host,
			port);
	/* 127.0.0.1, 127.0.0.2 and ::1 all mean this machine, and may be the same server. */
	if (is_loopback(&who))
		snprintf(out, size, "tcp loopback:%s", port);
	return is_loopback(&who);
}
