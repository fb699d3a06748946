/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_PLACE_H
#define GUEST_STAGE_PLACE_H

#include <stdbool.h>

#include "guest/stage/mounts.h"

#define PLACE_STORE \
	"/var/lib/seedrive" /* on the system's root, the folder of the ledger and of the carry-over */

/** Why root's ledger is not used, in pieces for say(). */
struct place_why {
	const char *what, *why;
};

/**
 * place_foreign - may the ledger's folder on the root that is mounted on @dir be another one than the system will use?
 * @word: a word of the kernel's command line that says so; or NULL
 *
 * If a file system is mounted over the folder later, there are two ledgers, and one would allow a credit of a seed that is
 * spent in the other.
 */
bool place_foreign(const char *dir, const char *word, struct place_why *ret);

/**
 * place_protected - must root not be written to, although it could be made writable?
 * @root: the mount on @dir
 *
 * If root is checked later, the check should find the file system as the last boot left it. If the journal was not
 * replayed, the file system must not be written to.
 */
bool place_protected(const char *dir, const struct mount *root, const char **ret_why);

/** place_awaited - the path that the running system must still mount before the ledger can be used; NULL: none. */
const char *place_awaited(void);

/** place_shadowed - the path of a mount that hides the ledger on root; NULL: none. */
const char *place_shadowed(void);

#endif
