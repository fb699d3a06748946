/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_IDENTITY_H
#define SERVE_IDENTITY_H

#include "serve/account.h"
#include "util/wire/policy.h"

/**
 * identity_account - who is charged for a stream: a process of a user, on one listener
 * All clients of a listener on the loopback are one, as TCP does not tell which process they are.
 */
account_id identity_account(int fd, unsigned listener);

/**
 * identity_web_account - who is charged for a connection that may come over a network: on a unix socket the same; else an address
 * A network of IPv6 that is one link, 64 bits long, is one; so is the loopback.
 */
account_id identity_web_account(int fd, unsigned listener);

/** identity_peer - the uid and the pid of a client on a unix socket; else they stay as they are. */
void identity_peer(int fd, int64_t *uid, int64_t *pid);

/** identity_question - what the kernel knows of a client: uid and pid, or the address that it comes from. */
void identity_question(int fd, struct policy_question *q);

#endif
