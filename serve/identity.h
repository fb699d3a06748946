/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_IDENTITY_H
#define SERVE_IDENTITY_H

#include "serve/account.h"
#include "util/wire/policy.h"

/**
 * identity_account - the account that is charged for a stream
 * On a unix socket it stands for one process of one user on one listener. All clients of a TCP listener share one
 * account, because the kernel does not say which process a TCP client is.
 */
account_id identity_account(int fd, unsigned listener);

/**
 * identity_web_account - the account that is charged for a connection by HTTP
 * On a unix socket it is identity_account(); otherwise it stands for the client's address. All addresses of one IPv6
 * network of 64 bits share one account, and so do all loopback addresses.
 */
account_id identity_web_account(int fd, unsigned listener);

/** identity_peer - write the uid and pid of a client on a unix socket; for any other client leave both unchanged. */
void identity_peer(int fd, int64_t *uid, int64_t *pid);

/** identity_question - fill in what the kernel knows about a client: its uid and pid, or its address. */
void identity_question(int fd, struct policy_question *q);

#endif
