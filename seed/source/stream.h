/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SOURCE_STREAM_H
#define SEED_SOURCE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/fault.h"

struct stat;

/*
 * Devices and sockets that were opened without blocking, each before a deadline of clock_ms(): whole or
 * nothing, -ETIMEDOUT once it has passed. None raises a signal.
 */

/** stream_wait - until there is something to read (POLLIN) or room to write (POLLOUT). */
int stream_wait(int fd, short events, int64_t deadline_ms);

/** stream_pause - so long, or to the deadline if that is nearer; then 0 or -ETIMEDOUT. */
int stream_pause(unsigned ms, int64_t deadline_ms);

/** stream_read - all of @len; -ENODATA: it ended before. */
int stream_read(int fd, void *buf, size_t len, int64_t deadline_ms);

/** stream_send - all of @len, into a socket; -ENODATA: the other end has gone. */
int stream_send(int fd, const void *buf, size_t len, int64_t deadline_ms);

/** stream_quiet - 0, or -EPROTO where a socket holds bytes that nobody has asked for. */
int stream_quiet(int fd);

/** stream_unix - connected to the socket at @path, which has to be one: a descriptor or -errno. */
int stream_unix(const char *path, struct stat *ret_node, int64_t deadline_ms);

/** stream_tcp - connected; -EADDRNOTAVAIL: no such host. Looking up its name knows no deadline. */
int stream_tcp(const char *host, const char *port, int64_t deadline_ms);

/** stream_check_unix - can a socket have that path? Returns: 0, or -EINVAL with @f: "what is wrong with it". */
int stream_check_unix(const char *path, struct fault *f);

/** stream_is_port - is that the number of a TCP port? */
bool stream_is_port(const char *text, size_t len);

/**
 * stream_peer - who is at the other end of a TCP connection, the same under each name of his
 * @out: "tcp 127.0.0.1:2321", "tcp [::1]:2321"
 * Returns: is that a loopback address? What comes from elsewhere others may have seen as well.
 */
bool stream_peer(int fd, char *out, size_t size);

#define STREAM_UNIX_MAX 107 /* bytes of a unix socket's path */

#endif
