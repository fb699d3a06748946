/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REPORT_H
#define GUEST_REPORT_H

#include "guest/found.h"
#include "guest/ledger.h"
#include "guest/message.h"

/* The lines that the program prints; man/seedrive-guest.8 describes all of them. The lines of a dry run are not written
 * to the kernel's log. */

/** The result for one seed. */
struct verdict {
	bool dry_run;
	const struct found *found; /* NULL: a carry-over ... */
	const char *carry_over;    /* ... from this file */
	const struct record *rec;
	const char *reason; /* NULL: credited */
	struct ledgers ledgers;
	bool ready_before, ready_after;
};

/** report_outcome - the word for the result of one seed: "credited", "mixed" or "spent". */
const char *report_outcome(const struct verdict *v);

/**
 * report_ledgers - append "ledger=" and the names of the ledgers that took the seed, had it already, or failed; in a dry
 * run also those that could take it
 */
void report_ledgers(struct message *m, const struct ledgers *ledgers, bool dry_run);

/** report_verdict - print the line about one seed. */
void report_verdict(const struct verdict *v);

/** report_fault - print "WHAT: WHY". */
void report_fault(bool dry_run, const char *what, const char *why);

/** report_refused - print that a record breaks a rule of the format. */
void report_refused(bool dry_run, const struct drive *drive, const char *why);

/** report_bare - print that a config drive has no seed. */
void report_bare(bool dry_run, const struct drive *drive);

/** report_left - print that a carry-over was saved. */
void report_left(const char *path, const uint8_t id[RECORD_ID_SIZE]);

/** report_nothing - print that no config drive was found. */
void report_nothing(bool dry_run);

#endif
