/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SOURCE_BROKER_CLIENT_H
#define SEED_SOURCE_BROKER_CLIENT_H

#include "util/wire/broker.h"

/**
 * broker_connect - to the daemon, if it is one to be believed
 * @path:        of its socket
 * @deadline_ms: of clock_ms(); waited for only where many want to be heard at once
 *
 * Believed is a peer that runs as root, or as the owner of the socket's folder, by number, where nobody
 * else may write into that folder. Returns: a descriptor, the caller's to close; -ENOENT or
 * -ECONNREFUSED where there is none; -EPERM for one that is not believed; another -errno.
 */
int broker_connect(const char *path, int64_t deadline_ms);

/**
 * broker_fetch - connect, and fetch so many fresh blocks, all of them
 * A daemon that knows only version 1 is asked again in that one, on another connection.
 * @stop:   a descriptor that ends the wait, with -ECANCELED, once it is readable; -1: none
 * @ret_fd: the connection where there is one, also after an error, the caller's to close; else -1
 * Returns: 0; as broker_connect(); -EAGAIN when it has none left, -EDQUOT when this user has had his share, -EBADMSG
 * when its answer is not understood, -ETIMEDOUT; no block is written then.
 */
int broker_fetch(const char *path, int stop, int64_t deadline_ms, size_t blocks,
	struct broker_block *ret, int *ret_fd);

/** broker_send_note - what the blocks went into, for its journal; best effort, never waited for. */
void broker_send_note(int fd, const struct broker_note *note);

#endif
