/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_COMMIT_H
#define GUEST_STAGE_COMMIT_H

#include <stdbool.h>

#include "guest/stage/heard.h"
#include "guest/stage/mounts.h"
#include "guest/stage/notes.h"
#include "guest/stage/settings.h"

/* The part of a stage that has a ledger: what there is to decide on, and the decision. */
struct commit {
	const struct settings *settings;
	char store[NOTES_PATH]; /* the folder of ledger and carry-over */
	bool own_mounts; /* remount_begin() gave us a namespace; without it root is not remounted */
	bool search;     /* nobody announces devices: the program looks at all of them */
	bool carry_over; /* what the last boot left is used, too */
	bool spare_drive; /* nothing is written to a drive */
	bool last;        /* no later stage decides on what this one could not */
	bool stuck;       /* the program did not end, not even when it was killed */
	bool unable;      /* the program could not even run: another try would do no better */
};

/**
 * commit_begin - is there anything to decide on?
 * All devices that are noted with a seed, and then those too that are still being looked at, are decided on in one
 * run, as two different drives are reason to credit none.
 */
bool commit_begin(struct commit *c);

/** commit_expect - what the program would do if it could write. */
enum heard_worth commit_expect(struct commit *c);

/**
 * commit_decide - have the program decide, commit and credit
 * @stage:  noted as the one that decided, before it does, as are the devices: a program that was killed may have
 *          credited
 * @ledger: whether it may use the folder's ledger
 */
void commit_decide(struct commit *c, const char *stage, bool ledger);

/** commit_open_root - make root writable for us; false: it is not. */
bool commit_open_root(const struct commit *c, const char *dir, const struct mount *root);

/** commit_close_root - and read-only again; false: it stays writable, or there is no time left to tell. */
bool commit_close_root(const struct commit *c, const char *dir, const struct mount *root);

#endif
