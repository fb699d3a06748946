/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_PLACE_H
#define GUEST_STAGE_PLACE_H

#include <stdbool.h>

#include "guest/stage/mounts.h"

#define PLACE_STORE \
	"/var/lib/seedrive" /* the ledger's folder, and that of the carry-over, on the system's root */

/** Why a ledger is left alone, in pieces for say(). */
struct place_why {
	const char *what, *why;
};

/**
 * place_foreign - may the folder on the root that is mounted on @dir be another one than the system will see?
 * @word: of the kernel's command line, that says so; or NULL
 *
 * A ledger that another one is mounted over later would be a second one, and credit what the first has spent.
 */
bool place_foreign(const char *dir, const char *word, struct place_why *ret);

/**
 * place_protected - is root not to be written to, though it could be?
 * @root: mounted on @dir
 *
 * A check that comes after us should find what the last boot left. A journal that was passed over must not be
 * written to.
 */
bool place_protected(const char *dir, const struct mount *root, const char **ret_why);

/** place_awaited - what the running system has still to mount for the ledger's folder; NULL: nothing. */
const char *place_awaited(void);

/** place_shadowed - what has been mounted over the ledger that root had; NULL: nothing. */
const char *place_shadowed(void);

#endif
