/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SOURCE_STREAM_H
#define SEED_SOURCE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/fault.h"

struct stat;

/*
 * Reads and writes on devices and sockets that were opened with O_NONBLOCK. Each call has a deadline on the clock of
 * clock_ms(), and returns -ETIMEDOUT once the deadline has passed. A transfer is complete, or it fails. No call raises
 * SIGPIPE.
 */

/** stream_wait - wait until there is something to read (POLLIN) or room to write (POLLOUT). */
int stream_wait(int fd, short events, int64_t deadline_ms);

/** stream_pause - sleep @ms, but not past the deadline. Returns: 0, or -ETIMEDOUT if the deadline has passed. */
int stream_pause(unsigned ms, int64_t deadline_ms);

/** stream_read - read all of @len bytes. Returns: 0; -ENODATA if the stream ends before that; or -errno. */
int stream_read(int fd, void *buf, size_t len, int64_t deadline_ms);

/** stream_send - send all of @len bytes to a socket. Returns: 0; -ENODATA if the peer has closed; or -errno. */
int stream_send(int fd, const void *buf, size_t len, int64_t deadline_ms);

/** stream_quiet - check that a socket holds no bytes that we did not request. Returns: 0; -EPROTO if it holds some. */
int stream_quiet(int fd);

/**
 * stream_unix - connect to the unix socket at @path
 * @ret_node: the stat of @path
 * Returns: a descriptor, which the caller closes; or -errno: -ENOTSOCK or -EISDIR if @path is no socket.
 */
int stream_unix(const char *path, struct stat *ret_node, int64_t deadline_ms);

/**
 * stream_tcp - connect to @host, a name or an address
 * The lookup of a name may last longer than the deadline.
 * Returns: a descriptor, which the caller closes; or -errno: -EADDRNOTAVAIL if there is no such host.
 */
int stream_tcp(const char *host, const char *port, int64_t deadline_ms);

/** stream_check_unix - is @path short enough for a unix socket? Returns: 0, or -EINVAL with @f. */
int stream_check_unix(const char *path, struct fault *f);

/** stream_is_port - is the text a TCP port, 1 to 65535? */
bool stream_is_port(const char *text, size_t len);

/**
 * stream_peer - name the peer of a TCP connection; different addresses of the same peer give the same text
 * @out: "tcp loopback:2321" for each loopback address; else "tcp 192.0.2.1:2321", "tcp [2001:db8::1]:2321"
 * Returns: true if the peer has a loopback address. From any other the bytes cross a network, where others may see
 * them.
 */
bool stream_peer(int fd, char *out, size_t size);

#define STREAM_UNIX_MAX 107 /* longest path of a unix socket, in bytes */

#endif
