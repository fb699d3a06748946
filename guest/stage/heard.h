/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_HEARD_H
#define GUEST_STAGE_HEARD_H

#include <stdbool.h>

/* Reads the lines that seedrive-guest prints (seedrive-guest(8), THE LINE), and finds out what they mean for a
 * stage. */

#define HEARD_ID_SIZE 33 /* a seed id in hexadecimal, and its terminator */

/** heard_seed - does the line report a seed? */
bool heard_seed(const char *line);

/** heard_bare - does the line report a device that was read, and that has no seed? */
bool heard_bare(const char *line);

/** heard_drive - is the line about the seed of the drive @path? */
bool heard_drive(const char *line, const char *path);

/**
 * heard_decision - does the line report a decision on a drive that no later stage of the boot may change?
 * Returns: false if nothing was committed, and the reason for this may not exist any more in a later stage.
 */
bool heard_decision(const char *line);

/* The most that a run which can write would do, according to a dry run. */
enum heard_worth {
	HEARD_NOTHING, /* nothing */
	HEARD_READ,    /* find the seed in a ledger */
	HEARD_WRITE,   /* write */
};

enum heard_worth heard_worth(const char *line);

/**
 * heard_committed - does the line say that the ledger in the folder has a drive's seed? If it does, get the seed id
 */
bool heard_committed(const char *line, char ret_id[HEARD_ID_SIZE]);

/** heard_any - does @is return true for at least one line of the note @name? */
bool heard_any(const char *name, bool (*is)(const char *line));

/** heard_seed_of - does the note @name report a seed of the drive @path? */
bool heard_seed_of(const char *name, const char *path);

/** heard_report - write the lines of the note @name to the kernel's log. */
void heard_report(const char *name);

#endif
