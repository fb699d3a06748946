/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_LISTENER_H
#define SERVE_LISTENER_H

#include <stdbool.h>
#include <sys/stat.h>

#include "serve/allowance.h"
#include "serve/protocol.h"
#include "serve/token.h"
#include "util/fault.h"

#define LISTENER_NAME_MAX 32
#define LISTENER_OWN_MODE ((mode_t)-1)

/* Where clients of one kind connect, and how they are served: the section [listen NAME] of seedrive.conf(5). */
struct listen_options {
	/* The name of the section. A socket that the service manager passes for it has the same name. "broker" for the
	 * broker's socket. */
	const char *name;
	const struct protocol *protocol;
	/* Where to listen if the service manager passes no socket: a path, or an address. If both are NULL: nowhere. */
	const char *path, *host;
	uint16_t port;
	mode_t mode; /* of the path */
	gid_t group; /* of the path; (gid_t)-1: leave it unchanged */
	/* framing = qemu: keep some unread bytes in the client's socket, because QEMU never repeats a lost request. */
	bool ahead;
	struct allowance_rule rule; /* for each client */
	struct token token;         /* the token that each request by HTTP must present */
};

/* A socket on which clients of one protocol connect. */
struct listener {
	const struct listen_options *options;
	int fd;
	bool taken;     /* the service manager passed it */
	bool created;   /* the daemon created it at options->path: listener_close() removes it */
	struct stat st; /* of the socket that the daemon created */
};

/**
 * listener_take - take over a socket that the service manager passed
 * @ret: needs listener_close() in the end, but only after success
 * Returns: 0; -EINVAL with @f if it does not listen, or if its protocol does not allow this kind of socket. All
 * protocols allow a unix socket; streams also allow a loopback address; HTTP allows any address, but if its answers are
 * secret, an address that is not a loopback address needs a token.
 */
int listener_take(struct listener *ret, const struct listen_options *o, int fd, struct fault *f);

/**
 * listener_open - create the socket that @o describes
 * @ret: needs listener_close() in the end, but only after success; @o must outlive it
 *
 * The folder of a path must exist and belong to root or to the daemon's user, and no other user may have the right to
 * write to it. If nobody listens on a socket that exists at the path, it is replaced. Returns: 0, or -errno with @f;
 * -EADDRINUSE if another process listens there.
 */
int listener_open(struct listener *ret, const struct listen_options *o, struct fault *f);

/** listener_close - close the socket. If the daemon created it, and it is still at its path, remove it. */
void listener_close(struct listener *l);

/** listen_find - the entry of @o with the name @name; NULL: there is none. */
const struct listen_options *listen_find(
	const struct listen_options *o, size_t count, const char *name);

/** listener_is_at - whether @l already has the socket that @o describes, so that it need not be opened again. */
bool listener_is_at(const struct listener *l, const struct listen_options *o);

/** listener_is_local - whether @host is an IPv4 or IPv6 loopback address, written as numbers. */
bool listener_is_local(const char *host);

#endif
