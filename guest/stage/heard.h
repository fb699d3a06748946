/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_HEARD_H
#define GUEST_STAGE_HEARD_H

#include <stdbool.h>

/* What follows from the lines that seedrive-guest prints (seedrive-guest(8), THE LINE). */

#define HEARD_ID_SIZE 33 /* a seed's number in hexadecimal, and an end */

/** heard_seed - does the line report a seed? */
bool heard_seed(const char *line);

/** heard_bare - does it report a device that was read, and has no seed? */
bool heard_bare(const char *line);

/** heard_drive - is it about the seed of the drive @path? */
bool heard_drive(const char *line, const char *path);

/**
 * heard_decision - does the line report a decision on a drive that no later stage of the boot may change?
 * False for one that committed nothing, for a reason that a later stage may not have.
 */
bool heard_decision(const char *line);

/* What a dry run promises of a run that could write. */
enum heard_worth {
	HEARD_NOTHING, /* it would not be needed */
	HEARD_READ,    /* it would read a ledger, which knows the seed */
	HEARD_WRITE,   /* it would write */
};

enum heard_worth heard_worth(const char *line);

/** heard_committed - the number of a drive's seed that the line says the folder has; false: it says no such thing. */
bool heard_committed(const char *line, char ret_id[HEARD_ID_SIZE]);

/** heard_any - is there such a line in the note @name? */
bool heard_any(const char *name, bool (*is)(const char *line));

/** heard_seed_of - does the note @name report a seed of the drive @path? */
bool heard_seed_of(const char *name, const char *path);

/** heard_report - bring the lines of the note @name to the kernel's log. */
void heard_report(const char *name);

#endif
