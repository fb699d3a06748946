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

/* Where clients of one kind connect, and how they are served: [listen NAME] of seedrive.conf(5). */
struct listen_options {
	const char *
		name; /* also of the socket that the service manager hands over; the broker's is "broker" */
	const struct protocol *protocol;
	/* Where to listen if the service manager does not: a path, or an address; both NULL: nowhere. */
	const char *path, *host;
	uint16_t port;
	mode_t mode; /* of the path */
	gid_t group; /* (gid_t)-1: as it comes */
	bool ahead; /* keep some bytes unread in the socket, for a client that forgets what it asked for: framing = qemu */
	struct allowance_rule rule; /* for each client */
	struct token token;         /* that a client of the protocol http has to know */
};

/* A socket on which clients of one protocol connect. */
struct listener {
	const struct listen_options *options;
	int fd;
	bool taken;     /* over from the service manager */
	bool created;   /* by us: listener_close() removes it */
	struct stat st; /* of the socket that we created at options->path */
};

/**
 * listener_take - take over a socket that the service manager holds for us
 * @ret: needs listener_close() in the end, after success only
 * Returns: 0; -EINVAL with @f if it does not listen, or is of another kind than its protocol's: a unix socket, or for
 * streams one of the loopback, or for HTTP one of any address, which needs a token where the answers are secret.
 */
int listener_take(struct listener *ret, const struct listen_options *o, int fd, struct fault *f);

/**
 * listener_open - create the socket that @o describes
 * @ret: needs listener_close() in the end, after success only; @o must outlive it
 *
 * The folder of a path must exist and belong to root or to us, and nobody else may write into it. A socket on which
 * nobody listens is replaced. Returns: 0, or -errno with @f; -EADDRINUSE if somebody listens there.
 */
int listener_open(struct listener *ret, const struct listen_options *o, struct fault *f);

/** listener_close - close it, and remove it if it is still the one that we created. */
void listener_close(struct listener *l);

/** listen_find - the one of @o called @name; NULL: there is none. */
const struct listen_options *listen_find(
	const struct listen_options *o, size_t count, const char *name);

/** listener_is_at - whether it is where @o says, so that it need not be opened anew. */
bool listener_is_at(const struct listener *l, const struct listen_options *o);

/** listener_is_local - whether an address of the loopback, numeric, in IPv4 or IPv6. */
bool listener_is_local(const char *host);

#endif
