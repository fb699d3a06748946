/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_CONNECTION_H
#define GUEST_REFRESH_CONNECTION_H

#include <stddef.h>
#include <stdint.h>

#include "guest/refresh/url.h"

/* A TCP connection that keeps nobody waiting: each call ends when the clock of process_now_ms() shows @end_ms. */

/**
 * connection_open - connect to the address of a URL
 * @interface: the number of one, for a link-local address; 0: the routes decide
 * Returns: a descriptor for sys_close(), or -errno; -ETIMEDOUT: nobody has answered.
 */
int connection_open(const struct url *url, unsigned interface, unsigned end_ms);

/** connection_send - all of @len; 0 or -errno. A peer that is gone raises no signal. */
int connection_send(int fd, const void *data, size_t len, unsigned end_ms);

/** connection_receive - some bytes, 0 at the end; or -errno. */
long connection_receive(int fd, void *buf, size_t size, unsigned end_ms);

#endif
