/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simplest possible server of EGD, with which bench/peers compares: it has one thread and level-triggered epoll,
 * calls getrandom(2) for each request 02 as it arrives, and has no limits, no fairness and no tests. If the socket of a
 * client has no room for an answer, the whole server waits in send().
 *
 *     plain_egd PATH
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ROUND 128 /* requests of a client that are answered at once */

static void answer(int fd)
{
	static uint8_t asked[2 * ROUND], bytes[255 * ROUND];
	const ssize_t n = read(fd, asked, sizeof(asked));
	size_t len = 0, at;
	ssize_t i;

	if (n <= 0) {
		close(fd);
		return;
	}
	for (i = 1; i < n; i += 2) {
		if (getrandom(bytes + len, asked[i], 0) != asked[i])
			_exit(1);
		len += asked[i];
	}
	for (at = 0; at < len; at += (size_t)i) {
		i = send(fd, bytes + at, len - at, MSG_NOSIGNAL);
		if (i <= 0)
			return;
	}
}

int main(int argc, char **argv)
{
	const struct rlimit files = { 8192, 8192 };
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const int listener = socket(AF_UNIX, SOCK_STREAM, 0), epoll = epoll_create1(0);
	struct epoll_event e = { .events = EPOLLIN, .data.fd = listener };

	if (argc != 2)
		return 2;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	strncpy(a.sun_path, argv[1], sizeof(a.sun_path) - 1);
	if (bind(listener, (const struct sockaddr *)&a, sizeof(a)) < 0 ||
		listen(listener, 512) < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e) < 0)
		return 1;
	while (epoll_wait(epoll, &e, 1, -1) > 0) {
		if (e.data.fd != listener) {
			answer(e.data.fd);
			continue;
		}
		e = (struct epoll_event){ .events = EPOLLIN,
			.data.fd = accept(listener, NULL, NULL) };
		(void)epoll_ctl(epoll, EPOLL_CTL_ADD, e.data.fd, &e);
	}
	return 0;
}
