/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_LISTENER_H
#define SERVE_LISTENER_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "serve/protocol.h"
#include "util/fault.h"

/* A socket on which clients of one protocol connect. */
struct listener {
	const struct protocol *protocol;
	int fd;
	bool created; /* by us: listener_close() removes it */
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct stat st; /* of the socket that we created */
};

/**
 * listener_activated - take over the socket that the service manager holds for us, by sd_listen_fds(3)'s protocol
 * @ret: needs listener_close() in the end, after success only
 * Returns: 0; -ENOENT if it holds none; -EINVAL with @f if that is not one unix socket of @protocol's type.
 */
int listener_activated(struct listener *ret, const struct protocol *protocol, struct fault *f);

/**
 * listener_open - create a unix socket of mode 0666
 * @ret: needs listener_close() in the end, after success only
 *
 * The folder must exist and belong to root or to us, and nobody else may write into it. A socket on which
 * nobody listens is replaced. Returns: 0, or -errno with @f; -EADDRINUSE if somebody listens there.
 */
int listener_open(
	struct listener *ret, const struct protocol *protocol, const char *path, struct fault *f);

/** listener_close - close it, and remove it if it is still the one that we created. */
void listener_close(struct listener *l);

#endif
