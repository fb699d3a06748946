/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SOURCE_BROKER_CLIENT_H
#define SEED_SOURCE_BROKER_CLIENT_H

#include "util/wire/broker.h"

/**
 * broker_connect - connect to the daemon, and check that it may be trusted
 * @path:        of its socket
 * @deadline_ms: on the clock of clock_ms(); the call waits only if the socket's queue is full
 *
 * The daemon is trusted if it runs as root, or if its uid owns the socket's folder and no other user may write there.
 * Returns: a descriptor, which the caller closes; -ENOENT or -ECONNREFUSED: no daemon runs; -EPERM: it is not trusted;
 * another -errno.
 */
int broker_connect(const char *path, int64_t deadline_ms);

/**
 * broker_fetch - connect to the daemon, and fetch @blocks fresh blocks
 * @stop:   a descriptor; the wait ends with -ECANCELED when it becomes readable; -1: none
 * @ret:    @blocks blocks, written only on success
 * @ret_fd: the connection, which the caller closes, also after an error; -1 if there is no connection
 *
 * If the daemon knows only version 1 of the protocol, the request is repeated in that version on a new connection.
 * Returns: 0; an error of broker_connect(); -EAGAIN: the daemon has no blocks left; -EDQUOT: this user's share is used
 * up for now; -EPROTO: the daemon refused the request; -EBADMSG: its answer is malformed; -ETIMEDOUT; -ECANCELED.
 */
int broker_fetch(const char *path, int stop, int64_t deadline_ms, size_t blocks,
	struct broker_block *ret, int *ret_fd);

/**
 * broker_send_note - report to the daemon what the blocks were used for, for its journal. Does not block, and may fail.
 */
void broker_send_note(int fd, const struct broker_note *note);

#endif
