/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_LISTEN_H
#define SERVE_LISTEN_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "util/fault.h"

/* A unix socket of type SOCK_SEQPACKET that listens. */
struct listener {
	int fd;
	bool made; /* by us: it goes when we go */
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct stat st; /* of the one that we made */
};

/**
 * listen_activated - the one that the service manager holds for us, by sd_listen_fds(3)'s protocol
 * Returns: 0; -ENOENT where it holds none; -EINVAL with @f where it is of another kind, or one of several.
 */
int listen_activated(struct listener *ret, struct fault *f);

/**
 * listen_open - make one, of mode 0666
 * @ret: needs listen_close() in the end, after success only
 *
 * The folder must be there, belong to root or to us, and nobody else may write into it. A socket that
 * nobody answers is replaced. Returns: 0 or -errno; -EADDRINUSE where somebody does.
 */
int listen_open(struct listener *ret, const char *path, struct fault *f);

/** listen_close - and remove it, if it is the one that we made. */
void listen_close(struct listener *l);

#endif
