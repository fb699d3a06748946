/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_CONNECTION_H
#define GUEST_REFRESH_CONNECTION_H

#include <stddef.h>
#include <stdint.h>

#include "guest/refresh/url.h"

/* A TCP connection with a deadline: a call ends at the latest when process_now_ms() reaches @end_ms. */

/**
 * connection_open - connect to the address of a URL
 * @interface: the number of the network interface, for a link-local address; 0: the routing table decides
 * Returns: a descriptor for sys_close(), or -errno; -ETIMEDOUT: no answer.
 */
int connection_open(const struct url *url, unsigned interface, unsigned end_ms);

/**
 * connection_send - send all @len bytes
 * Returns: 0 or -errno. If the peer has closed the connection, no SIGPIPE is raised.
 */
int connection_send(int fd, const void *data, size_t len, unsigned end_ms);

/** connection_receive - receive some bytes. Returns: how many; 0 at the end of the stream; or -errno. */
long connection_receive(int fd, void *buf, size_t size, unsigned end_ms);

#endif
