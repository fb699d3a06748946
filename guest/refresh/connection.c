/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/refresh/connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "guest/process.h"
#include "guest/sys.h"

static uint16_t in_network_order(uint16_t port)
{
	return (uint16_t)(port << 8 | port >> 8);
}

static int await(int fd, short events, unsigned end_ms)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = events };
		const int left = (int)(end_ms - process_now_ms());
		const struct timespec t = { .tv_sec = left / 1000,
			.tv_nsec = left % 1000 * 1000000L };
		long n;

		if (left <= 0)
			return -ETIMEDOUT;
		n = sys_call6(SYS_ppoll, (long)&p, 1, (long)&t, 0, 0, 0);
		if (n > 0)
			return 0;
		if (n < 0 && n != -EINTR)
			return (int)n;
	}
}

/* Waits until the connection is established or refused. Returns: 0 or -errno. */
static int finish(int fd, unsigned end_ms)
{
	int r = await(fd, POLLOUT, end_ms), err = 0;
	socklen_t len = sizeof(err);

	if (r == 0)
		r = (int)sys_call6(
			SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, (long)&err, (long)&len, 0);
	return r < 0 ? r : -err;
}

static int connect_v4(int fd, const struct url *url)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = in_network_order(url->port) };

	memcpy(&to.sin_addr, url->address, sizeof(to.sin_addr));
	return (int)sys_call(SYS_connect, fd, (long)&to, sizeof(to));
}

static int connect_v6(int fd, const struct url *url, unsigned interface)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
		.sin6_port = in_network_order(url->port),
		.sin6_scope_id = interface };

	memcpy(&to.sin6_addr, url->address, sizeof(to.sin6_addr));
	return (int)sys_call(SYS_connect, fd, (long)&to, sizeof(to));
}

int connection_open(const struct url *url, unsigned interface, unsigned end_ms)
{
	const int fd = (int)sys_call(SYS_socket, url->is_v6 ? AF_INET6 : AF_INET,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return fd;
	r = url->is_v6 ? connect_v6(fd, url, interface) : connect_v4(fd, url);
	if (r == -EINPROGRESS)
		r = finish(fd, end_ms);
	if (r < 0)
		sys_close(fd);
	return r < 0 ? r : fd;
}

int connection_send(int fd, const void *data, size_t len, unsigned end_ms)
{
	const char *p = data;
	int r = 0;

	while (len > 0 && r == 0) {
		const long n = sys_call6(SYS_sendto, fd, (long)p, (long)len, MSG_NOSIGNAL, 0, 0);

		if (n == -EAGAIN)
			r = await(fd, POLLOUT, end_ms);
		else if (n < 0 && n != -EINTR)
			r = (int)n;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return r;
}

long connection_receive(int fd, void *buf, size_t size, unsigned end_ms)
{
	for (;;) {
		const int r = await(fd, POLLIN, end_ms);
		long n;

		if (r < 0)
			return r;
		n = sys_read(fd, buf, size);
		if (n != -EAGAIN && n != -EINTR)
			return n;
	}
}
