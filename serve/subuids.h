/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_SUBUIDS_H
#define SERVE_SUBUIDS_H

#include <sys/stat.h>

#include "serve/account.h"

#define SUBUIDS_FILE  "/etc/subuid"
#define SUBUIDS_USERS "/etc/passwd"

struct subuid_range {
	char *owner; /* as the file has it: a name or a number */
	uint32_t first, count;
	account_id account;
};

/*
 * The ranges of subuid(5): a user may act as any uid of his ranges, so that all of them are his account. An
 * owner that @users does not know, as one of a directory service, is not looked up, for that could take long;
 * his ranges are one account all the same, that of the first uid of the first.
 */
struct subuids {
	const char *file, *users;
	struct subuid_range *range; /* in the order of their first uids */
	size_t count;
	struct stat seen; /* of @file */
};

/** subuids_init - read @file, which need not exist; @file, @users: kept. Needs subuids_clear() in the end. */
void subuids_init(struct subuids *s, const char *file, const char *users);

/** subuids_refresh - read it again if it has changed. */
void subuids_refresh(struct subuids *s);

void subuids_clear(struct subuids *s);

/** subuids_account - the account of @uid. */
account_id subuids_account(const struct subuids *s, uid_t uid);

#endif
