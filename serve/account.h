/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_ACCOUNT_H
#define SERVE_ACCOUNT_H

#include <stdint.h>
#include <sys/types.h>

/* The party that is charged for what a client takes; several clients may share one. Two accounts are the same
 * if and only if their numbers are. */
typedef uint64_t account_id;

/** account_of_uid - the account of a local user, as the kernel names the peer of a unix socket. */
static inline account_id account_of_uid(uid_t uid)
{
	return uid;
}

#endif
