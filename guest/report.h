/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REPORT_H
#define GUEST_REPORT_H

#include "guest/found.h"
#include "guest/ledger.h"

/* The lines; man/seedrive-guest.8 has every one of them. Of a dry run none goes to the kernel's log. */

/** What became of a seed, in one line. */
struct verdict {
	bool dry_run;
	const struct found *found; /* NULL: a carry-over ... */
	const char *carry_over;    /* ... from this file */
	const struct record *rec;
	const char *reason; /* NULL: credited */
	struct ledgers ledgers;
	bool ready_before, ready_after;
};

void report_verdict(const struct verdict *v);

/** report_fault - "WHAT: WHY". */
void report_fault(bool dry_run, const char *what, const char *why);

/** report_drive - "drive=PATH: WHAT: WHY"; @what may be NULL. */
void report_drive(bool dry_run, const struct drive *drive, const char *what, const char *why);

/** report_bare - a drive with our label, and without a seed. */
void report_bare(bool dry_run, const struct drive *drive);

/** report_left - a carry-over for the next boot. */
void report_left(const char *path, const uint8_t id[RECORD_ID_SIZE]);

/** report_nothing - no drive, and no reason to name. */
void report_nothing(bool dry_run);

#endif
