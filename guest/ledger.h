/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_LEDGER_H
#define GUEST_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/device.h"
#include "util/wire/record.h"

/*
 * A ledger is the set of seeds that are spent. There are three kinds, and every ledger that is available is read:
 *
 * dir    a folder with one empty file for each seed id. It authorises a credit.
 * drive  the seed drive itself: a tombstone replaces the record. It authorises a credit.
 * efi    one variable of the firmware. It can only veto a credit, because hypervisors do not keep such variables
 *        reliably. But a variable that is kept survives a rollback of the disk to an older snapshot.
 *
 * Clocks do not matter: an entry stays even after its seed has expired, because the clock of the next boot may show an
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
	LEDGER_SPENT,  /* it had the seed already */
};

/* A seed, and the ledgers to which it may be written. */
struct ledger_entry {
	const struct record *rec;
	const char *dir;     /* NULL: none */
	struct drive *drive; /* NULL: no drive may be written */
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
 * The ledgers that authorise a credit are written first; if none of them took the seed, the others are not written.
 * Each one is on stable storage before this returns. If one ledger had the seed already, the seed is still written to
 * the others. If one has failed or is full, no further ledger is written.
 */
void ledgers_commit(const struct ledger_entry *e, struct ledgers *l);

/** ledgers_commit_vetoes - write the seed only to the ledgers that can forbid a credit but never authorise one. A
 * carry-over is recorded only in these. */
void ledgers_commit_vetoes(const struct ledger_entry *e, struct ledgers *l);

/**
 * ledgers_reason - the word for `reason=` if the ledgers do not allow a credit; NULL: they allow it
 * @enough: the state in which an authorising ledger allows the credit. LEDGER_COMMITTED: the normal case. LEDGER_FREE:
 *          a dry run, which expects that a commit would succeed. LEDGER_ABSENT: a carry-over, which needs no such
 *          ledger
 */
const char *ledgers_reason(const struct ledgers *l, enum ledger_state enough);

/* Each kind is in a separate file: guest/ledger_dir.c and so on. */
enum ledger_state ledger_dir_look(const struct ledger_entry *e);
enum ledger_state ledger_dir_commit(const struct ledger_entry *e);
enum ledger_state ledger_drive_look(const struct ledger_entry *e);
enum ledger_state ledger_drive_commit(const struct ledger_entry *e);
enum ledger_state ledger_efi_look(const struct ledger_entry *e);
enum ledger_state ledger_efi_commit(const struct ledger_entry *e);

#endif
