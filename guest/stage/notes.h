/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_NOTES_H
#define GUEST_STAGE_NOTES_H

#include <stdbool.h>
#include <stddef.h>

#define NOTES_PATH 256 /* bytes of any path here, with its end */

/* Where the tests have a root of their own; empty. */
extern const char *notes_top;

/*
 * The notes of a boot, /run/seedrive/guest: root's alone, and carried over from an initramfs to the system. What the
 * next stage has to know:
 *
 * early, root, system, leave  what the program said there
 * event.NAME                  what it said of that device when udev announced it
 * drive.NAME                  what became of that one: guest/stage/drives.h
 * place                       there if root's own ledger is the system's, as far as root can tell
 * awaited                     what was still to be mounted for the system's ledger; empty if nothing is any more
 * decided                     the stage that decided; empty if none could
 * open                        exists once the system's ledger is mounted: from then on each event decides by itself
 * closed                      exists if `open` did once
 * deciding                    not empty while a decision runs: one that was killed leaves it so
 * lock                        the lock of the process that decides
 * lock.NAME                   the lock of the event that looks at that device
 * lock.drives                 the lock for changing drive.NAME, held for the change alone
 */

/** notes_path - @path and @more below the tests' root; false when it does not fit. */
bool notes_path(char out[NOTES_PATH], const char *path, const char *more);

/** notes_name - the path of a note; false when it does not fit. */
bool notes_name(char out[NOTES_PATH], const char *name);

/** notes_begin - make the folder; false when that cannot be had. */
bool notes_begin(void);

bool notes_exists(const char *name);

/** notes_has_text - is the note there, and not empty? A folder in its place counts as one. */
bool notes_has_text(const char *name);

/** notes_write - replace the note whole by one line, or by nothing; false when it cannot be written. */
bool notes_write(const char *name, const char *line);

/** notes_open - a note to be written, emptied; a descriptor or -errno. */
int notes_open(const char *name);

/** notes_remove - if it is there. */
void notes_remove(const char *name);

/**
 * notes_lock - wait until no other process holds the lock @name, and take it
 * Returns: a descriptor, and closing it releases the lock; or -errno.
 */
int notes_lock(const char *name);

/** notes_is - is it this one line? */
bool notes_is(const char *name, const char *line);

#endif
