/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_LEDGER_H
#define GUEST_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/device.h"
#include "util/wire/record.h"

/*
 * A ledger is the set of seeds that are spent. There are three kinds, and all that are available are read:
 *
 * dir    a folder with one empty file for each seed id. Authorises a credit.
 * drive  the seed drive itself: a tombstone replaces the record. Authorises a credit.
 * efi    one variable of the firmware. It can only veto a credit, because hypervisors do not keep such variables
 *        reliably; but if they are kept, they survive a rollback of the disk to an older snapshot.
 *
 * Clocks do not matter: an entry stays after its seed has expired, because the clock of the next boot may show an
 * earlier time. Only efi, which has limited room, drops its oldest entry.
 */
enum ledger_kind { LEDGER_DIR, LEDGER_DRIVE, LEDGER_EFI, LEDGER_KINDS };

enum ledger_state {
	LEDGER_ABSENT,    /* not available */
	LEDGER_FORGETS,   /* not known to survive a reboot */
	LEDGER_READ_ONLY, /* does not have the seed, and cannot be written */
	LEDGER_FREE,      /* does not have the seed, and can be written */
	LEDGER_COMMITTED, /* we have just written the seed to it, durably */
	LEDGER_FULL,
	LEDGER_FAILED, /* an error, or content that is not understood */
	LEDGER_SPENT,  /* had the seed before */
};

/* A seed, and the ledgers that it may be written to. */
struct ledger_entry {
	const struct record *rec;
	const char *dir;     /* NULL: none */
	struct drive *drive; /* NULL: must not be written */
	bool efi;
	bool vouched;     /* the administrator says that @dir and @drive survive a reboot */
	size_t index;     /* number of the child that writes to @drive */
	unsigned wait_ms; /* how long the write to @drive may take */
};

struct ledgers {
	enum ledger_state state[LEDGER_KINDS];
};

/** ledgers_look - read each ledger; writes nothing. */
void ledgers_look(const struct ledger_entry *e, struct ledgers *ret);

/**
 * ledgers_commit - write the seed to all ledgers that ledgers_look() found free
 *
 * The ledgers that authorise are written first; if none of them took the seed, no other is written. Each is on stable
 * storage before this returns. If one ledger had the seed, it is written to the others, too. If one failed or is full,
 * none is written.
 */
void ledgers_commit(const struct ledger_entry *e, struct ledgers *l);

/** ledgers_commit_vetoes - write only to ledgers that can forbid a credit and never authorise one. A carry-over is recorded in
 * no others. */
void ledgers_commit_vetoes(const struct ledger_entry *e, struct ledgers *l);

/**
 * ledgers_reason - the word for `reason=` if the ledgers do not allow a credit; NULL: they do
 * @enough: the state that authorises: LEDGER_COMMITTED; LEDGER_FREE in a dry run, which expects that a commit would
 *          succeed; LEDGER_ABSENT for a carry-over, which no ledger needs to authorise
 */
const char *ledgers_reason(const struct ledgers *l, enum ledger_state enough);

/* Each kind is in a file of its own: guest/ledger_dir.c and so on. */
enum ledger_state ledger_dir_look(const struct ledger_entry *e);
enum ledger_state ledger_dir_commit(const struct ledger_entry *e);
enum ledger_state ledger_drive_look(const struct ledger_entry *e);
enum ledger_state ledger_drive_commit(const struct ledger_entry *e);
enum ledger_state ledger_efi_look(const struct ledger_entry *e);
enum ledger_state ledger_efi_commit(const struct ledger_entry *e);

#endif
