/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_LEDGER_H
#define GUEST_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/device.h"
#include "util/wire/record.h"

/*
 * A ledger holds the set of seeds that are spent. There are three, and all that are at hand are asked:
 *
 * dir    a folder, one empty file an id. Authorises.
 * drive  the seed drive itself: a tombstone takes the record's place. Authorises.
 * efi    one variable of the firmware. Only vetoes, as hypervisors do not keep those reliably; but
 *        where they are kept, they outlive a disk that is set back to an older snapshot.
 *
 * No clock has a say: an entry stays, also one of a seed that has expired, as the next boot's clock may
 * show an earlier time. Only efi, which has no room for all, forgets its oldest.
 */
enum ledger_kind { LEDGER_DIR, LEDGER_DRIVE, LEDGER_EFI, LEDGER_KINDS };

enum ledger_state {
	LEDGER_ABSENT,    /* not at hand */
	LEDGER_FORGETS,   /* it does not outlive the boot, as far as is known */
	LEDGER_READ_ONLY, /* it does not know the seed, and cannot note it */
	LEDGER_FREE,      /* the same, and can */
	LEDGER_COMMITTED, /* durably, just now, by us */
	LEDGER_FULL,
	LEDGER_FAILED, /* any doubt */
	LEDGER_SPENT,  /* the seed stood there before */
};

/* A seed, and where it may be noted. */
struct ledger_entry {
	const struct record *rec;
	const char *dir;     /* NULL: there is none */
	struct drive *drive; /* NULL: not to be written */
	bool efi;
	bool vouched;     /* the administrator says that @dir and @drive outlive the boot */
	size_t index;     /* the child for @drive */
	unsigned wait_ms; /* how long @drive may take */
};

struct ledgers {
	enum ledger_state state[LEDGER_KINDS];
};

/** ledgers_look - ask each; writes nothing. */
void ledgers_look(const struct ledger_entry *e, struct ledgers *ret);

/**
 * ledgers_commit - note the seed in all that ledgers_look() found free
 *
 * Those that authorise come first, and without one nothing else is written. Each is on stable storage
 * before this returns. A seed that one knew is noted in the others too. Where one failed to answer none is written.
 */
void ledgers_commit(const struct ledger_entry *e, struct ledgers *l);

/** ledgers_commit_vetoes - likewise in those that only veto, for a seed that needs no other: a carry-over. */
void ledgers_commit_vetoes(const struct ledger_entry *e, struct ledgers *l);

/**
 * ledgers_reason - why the seed may not be credited, one stable word; NULL: it may
 * @enough: LEDGER_COMMITTED; LEDGER_FREE, for what a commit is expected to bring; LEDGER_ABSENT, for a
 *          seed that only has to be vetoed by none
 */
const char *ledgers_reason(const struct ledgers *l, enum ledger_state enough);

/* Each in a file of its own: guest/ledger_dir.c and so on. */
enum ledger_state ledger_dir_look(const struct ledger_entry *e);
enum ledger_state ledger_dir_commit(const struct ledger_entry *e);
enum ledger_state ledger_drive_look(const struct ledger_entry *e);
enum ledger_state ledger_drive_commit(const struct ledger_entry *e);
enum ledger_state ledger_efi_look(const struct ledger_entry *e);
enum ledger_state ledger_efi_commit(const struct ledger_entry *e);

#endif
