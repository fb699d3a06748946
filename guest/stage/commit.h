/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_COMMIT_H
#define GUEST_STAGE_COMMIT_H

#include <stdbool.h>

#include "guest/stage/heard.h"
#include "guest/stage/mounts.h"
#include "guest/stage/notes.h"
#include "guest/stage/settings.h"

/* The part of a stage in which a ledger can be used: it finds out what must be decided, and makes the program decide
 * it. */
struct commit {
	const struct settings *settings;
	char store[NOTES_PATH]; /* the folder of ledger and carry-over */
	/* remount_begin() has made a mount namespace; if false, root is not remounted. */
	bool own_mounts;
	bool search;      /* no udev announces devices, so the program looks at all devices */
	bool carry_over;  /* also use the carry-over of the last boot */
	bool spare_drive; /* do not write to a drive */
	bool last;        /* if this stage cannot decide on a seed, no later stage will */
	bool stuck;       /* the program was killed, but did not end */
	/* The program could not run, or did not end by itself: do not try again. */
	bool unable;
};

/**
 * commit_begin - is there anything on which a decision must be made?
 * One run decides on all devices that have a seed according to their notes. If there are any, it also decides on those
 * that events are still looking at: if two drives have different seeds, none may be credited.
 */
bool commit_begin(struct commit *c);

/** commit_expect - find out, by a dry run, what the program would do if it could write. */
enum heard_worth commit_expect(struct commit *c);

/**
 * commit_decide - make the program decide, commit and credit
 * @stage:  the name of the stage. Before the program runs, two facts are noted: this stage decided, and the devices are
 *          decided on. The reason is that a program that is killed may already have credited a seed.
 * @ledger: may the program use the ledger in the folder?
 */
void commit_decide(struct commit *c, const char *stage, bool ledger);

/** commit_open_root - make root writable in our mount namespace. Returns: is it writable? */
bool commit_open_root(const struct commit *c, const char *dir, const struct mount *root);

/**
 * commit_close_root - make root read-only again
 * Returns: false if root stays writable, or if no time was left to try.
 */
bool commit_close_root(const struct commit *c, const char *dir, const struct mount *root);

#endif
