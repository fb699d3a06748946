/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REPORT_H
#define GUEST_REPORT_H

#include "guest/found.h"
#include "guest/ledger.h"
#include "guest/message.h"

/* The lines; man/seedrive-guest.8 has every one of them. Those of a dry run do not go to the kernel's log. */

/** What became of a seed. */
struct verdict {
	bool dry_run;
	const struct found *found; /* NULL: a carry-over ... */
	const char *carry_over;    /* ... from this file */
	const struct record *rec;
	const char *reason; /* NULL: credited */
	struct ledgers ledgers;
	bool ready_before, ready_after;
};

/** report_outcome - in one word: "credited", "mixed" or "spent". */
const char *report_outcome(const struct verdict *v);

/** report_ledgers - add " ledger=" and the names of those that took the seed, had it, or failed. */
void report_ledgers(struct message *m, const struct ledgers *ledgers);

/** report_verdict - in one line. */
void report_verdict(const struct verdict *v);

/** report_fault - "WHAT: WHY". */
void report_fault(bool dry_run, const char *what, const char *why);

/** report_refused - a record that breaks a rule of the format. */
void report_refused(bool dry_run, const struct drive *drive, const char *why);

/** report_bare - a drive with our label, and without a seed. */
void report_bare(bool dry_run, const struct drive *drive);

/** report_left - a carry-over for the next boot. */
void report_left(const char *path, const uint8_t id[RECORD_ID_SIZE]);

/** report_nothing - neither a drive nor a failure. */
void report_nothing(bool dry_run);

#endif
