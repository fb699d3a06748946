/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_SUBUIDS_H
#define SERVE_SUBUIDS_H

#include <sys/stat.h>

#include "serve/account.h"

#define SUBUIDS_FILE  "/etc/subuid"
#define SUBUIDS_USERS "/etc/passwd"

struct subuid_range {
	char *owner; /* as in the file: a name or a number */
	uint32_t first, count;
	account_id account;
};

/*
 * The ranges of subuid(5). A user may act as any uid of the user's ranges, so all of these uids are charged to the
 * user's account. Owners are looked up only in the file @users, because a directory service could take long. If an
 * owner is not in that file, the owner's ranges are one account too; its number is the first uid of the first range.
 */
struct subuids {
	const char *file, *users;
	struct subuid_range *range; /* sorted by first uid */
	size_t count;
	struct stat seen; /* the state of @file when it was last read */
};

/** subuids_init - read @file, which need not exist; both paths must outlive @s. Needs subuids_clear() in the end. */
void subuids_init(struct subuids *s, const char *file, const char *users);

/** subuids_refresh - read the file again if it has changed. */
void subuids_refresh(struct subuids *s);

void subuids_clear(struct subuids *s);

/** subuids_account - the account of @uid. */
account_id subuids_account(const struct subuids *s, uid_t uid);

#endif
