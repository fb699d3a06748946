/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_LEDGER_H
#define GUEST_LEDGER_H

#include <stdint.h>

#include "seed/record.h"

enum ledger {
	LEDGER_COMMITTED, /* durably, just now, by us: the one answer that authorises */
	LEDGER_NONE,
	LEDGER_FORGETS, /* a file system that does not outlive the boot */
	LEDGER_FAILED,
	LEDGER_SPENT, /* the id stood there before */
};

/**
 * ledger_commit - note in the folder @dir that this seed is spent
 * @dir: made, if its parent is there; NULL: there is no ledger
 *
 * One empty file an id, its mtime the expiry (0: none). O_EXCL makes check and commit one step;
 * file, folder and the folder's parent are on stable storage before this returns. Only on a file
 * system that is known to outlive a boot; any doubt or failure is no authority.
 */
enum ledger ledger_commit(const char *dir, const struct record *rec);

/** ledger_look - what a commit would find, as far as that can be told without writing. */
enum ledger ledger_look(const char *dir, const struct record *rec);

#endif
