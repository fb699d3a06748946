/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_IDENTITY_H
#define SERVE_IDENTITY_H

#include "serve/account.h"
#include "util/wire/policy.h"

/**
 * identity_account - the account charged for a stream: a process of a user, on one listener
 * All clients on a TCP listener have one account, because the kernel does not say which process a TCP client is.
 */
account_id identity_account(int fd, unsigned listener);

/**
 * identity_web_account - the account charged for a connection by HTTP: on a unix socket the same; otherwise its address
 * All addresses of an IPv6 network of 64 bits are one account, and so are all addresses of the loopback.
 */
account_id identity_web_account(int fd, unsigned listener);

/** identity_peer - write the uid and pid of a client on a unix socket; for any other client leave both unchanged. */
void identity_peer(int fd, int64_t *uid, int64_t *pid);

/** identity_question - fill in what the kernel knows about a client: its uid and pid, or its address. */
void identity_question(int fd, struct policy_question *q);

#endif
