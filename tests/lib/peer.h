/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_PEER_H
#define TESTS_PEER_H

/* A server for the tests, in a child process: it reads requests of one length, and sends the replies that it was
 * given. */
#include "tests/lib/unit.h"

#include "util/clock.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

struct reply {
	size_t len; /* number of bytes; 0: no reply */
	uint8_t bytes[600];
};

struct peer {
	const struct reply *reply;
	size_t replies;     /* one for each request; then it reads without replying, or ... */
	bool hangs_up;      /* ... if this is true, it closes the connection */
	bool speaks_first;  /* it sends the first reply before any request */
	size_t request_len; /* 0: a request may have any length */
};

static inline int listen_unix(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(at.sun_path, path);
	unlink(path);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

/* Listens on a free port of 127.0.0.1. */
static inline int listen_tcp(char port[8])
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	snprintf(port, 8, "%u", ntohs(at.sin_port));
	return fd;
}

static inline void peer_serve(const struct peer *p, int fd)
{
	uint8_t request[64];
	size_t i;

	for (i = 0; i < p->replies; i++) {
		const size_t want = p->request_len ? p->request_len : sizeof(request);

		if (!(i == 0 && p->speaks_first) &&
			recv(fd, request, want, p->request_len ? MSG_WAITALL : 0) <= 0)
			return;
		if (p->reply[i].len &&
			send(fd, p->reply[i].bytes, p->reply[i].len, MSG_NOSIGNAL) < 0)
			return;
	}
	while (!p->hangs_up && recv(fd, request, sizeof(request), 0) > 0)
		;
}

/* Serves the clients that connect to @listener, one after another, until peer_stop(). */
static inline pid_t peer_start(const struct peer *p, int listener)
{
	const pid_t parent = getpid();
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	alarm(60); /* so that the child ends even if the test does not stop it */
	while (getppid() == parent) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			_exit(1);
		peer_serve(p, fd);
		close(fd);
	}
	_exit(0);
}

static inline void peer_stop(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

#endif
