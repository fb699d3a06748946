/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_COMMIT_H
#define GUEST_STAGE_COMMIT_H

#include <stdbool.h>

#include "guest/stage/heard.h"
#include "guest/stage/mounts.h"
#include "guest/stage/notes.h"
#include "guest/stage/settings.h"

/* The part of a stage that has a ledger: it finds out what to decide on, and has the program decide. */
struct commit {
	const struct settings *settings;
	char store[NOTES_PATH]; /* the folder of ledger and carry-over */
	bool own_mounts; /* remount_begin() made a mount namespace; without it root is not remounted */
	bool search;     /* no udev announces devices: the program looks at all of them */
	bool carry_over;  /* use the carry-over of the last boot, too */
	bool spare_drive; /* do not write to a drive */
	bool last;        /* no later stage will decide on seeds that this one cannot decide on */
	bool stuck;       /* the program did not end even after it was killed */
	bool unable;      /* the program could not run or did not end by itself: do not try again */
};

/**
 * commit_begin - is there anything to decide on?
 * One run decides on all devices that have a seed by their notes and, if there are any, on those that are still being looked
 * at: if two drives have different seeds, none may be credited.
 */
bool commit_begin(struct commit *c);

/** commit_expect - ask a dry run what the program would do if it could write. */
enum heard_worth commit_expect(struct commit *c);

/**
 * commit_decide - have the program decide, commit and credit
 * @stage:  the name of the stage. Before the program runs, this stage is noted as the one that decided, and the devices
 *          are noted as decided on: a program that is killed may already have credited a seed.
 * @ledger: may the program use the ledger in the folder?
 */
void commit_decide(struct commit *c, const char *stage, bool ledger);

/** commit_open_root - make root writable in our mount namespace. Returns: is it writable? */
bool commit_open_root(const struct commit *c, const char *dir, const struct mount *root);

/** commit_close_root - make root read-only again. Returns: false if it stays writable, or if no time was left to try. */
bool commit_close_root(const struct commit *c, const char *dir, const struct mount *root);

#endif
