/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_NOTES_H
#define GUEST_STAGE_NOTES_H

#include <stdbool.h>
#include <stddef.h>

#define NOTES_PATH 256 /* bytes of any path here, with its terminator */

/* The folder that the tests use as root; empty outside of tests. */
extern const char *notes_top;

/*
 * The notes of a boot, in /run/seedrive/guest: what the next stage has to know. Only root can read them, and they survive
 * the switch from an initramfs to the system.
 *
 * early, root, system, leave  the lines that the program printed in that stage
 * event.NAME                  the lines about that device, when udev announced it
 * drive.NAME                  the state of that device: guest/stage/drives.h
 * place                       exists if the ledger on root is the system's, as far as the stage `root` could see
 * awaited                     the path that was not yet mounted for the system's ledger; empty: nothing is missing any more
 * decided                     the stage that decided; empty if it could not
 * open                        exists while the system's ledger can be used: each event then decides by itself
 * closed                      exists if `open` existed before
 * deciding                    not empty while a decision runs, and after one that was killed
 * lock                        the lock of the process that decides
 * lock.NAME                   the lock of the event that looks at that device
 * lock.drives                 the lock for changes of drive.NAME, held only during the change
 */

/** notes_path - join notes_top, @path and @more; false if they do not fit. */
bool notes_path(char out[NOTES_PATH], const char *path, const char *more);

/** notes_name - get the path of a note; false if it does not fit. */
bool notes_name(char out[NOTES_PATH], const char *name);

/** notes_begin - make the folder; false if that fails. */
bool notes_begin(void);

bool notes_exists(const char *name);

/** notes_has_text - does the note exist, and is it not empty? A folder in its place counts as not empty. */
bool notes_has_text(const char *name);

/** notes_write - replace the note by one line, or by an empty file; false if it cannot be written. */
bool notes_write(const char *name, const char *line);

/** notes_open - empty a note, and open it for writing; a descriptor or -errno. */
int notes_open(const char *name);

/** notes_remove - remove a note if it exists. */
void notes_remove(const char *name);

/**
 * notes_lock - wait until no other process holds the lock @name, and take it
 * Returns: a descriptor, which releases the lock when it is closed; or -errno.
 */
int notes_lock(const char *name);

/** notes_is - is this line the content of the note? */
bool notes_is(const char *name, const char *line);

#endif
