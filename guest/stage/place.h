/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_PLACE_H
#define GUEST_STAGE_PLACE_H

#include <stdbool.h>

#include "guest/stage/mounts.h"

#define PLACE_STORE \
	"/var/lib/seedrive" /* the folder of the ledger and of the carry-over, on the system's root */

/** Why the ledger on root is not used, in pieces for say(). */
struct place_why {
	const char *what, *why;
};

/**
 * place_foreign - root is mounted on @dir. Is the ledger's folder there perhaps another one than the system will use?
 * @word: a word of the kernel's command line which says that it is another one; or NULL
 *
 * If a file system is mounted over the folder later, there are two ledgers. A seed that is spent in one of them could
 * then be credited by means of the other.
 */
bool place_foreign(const char *dir, const char *word, struct place_why *ret);

/**
 * place_protected - must root stay unwritten, although it could be made writable?
 * @root: the mount on @dir
 *
 * If root is checked later, the check must find the file system as the last boot left it. If its journal was not
 * replayed, the file system must not be written to.
 */
bool place_protected(const char *dir, const struct mount *root, const char **ret_why);

/** place_awaited - get the path that the running system must still mount before the ledger can be used; NULL: none. */
const char *place_awaited(void);

/** place_shadowed - get the path of a mount that hides the ledger on root; NULL: none. */
const char *place_shadowed(void);

#endif
