/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_NOTES_H
#define GUEST_STAGE_NOTES_H

#include <stdbool.h>
#include <stddef.h>

#define NOTES_PATH 256 /* bytes of any path here, with its terminator */

/* The folder that the tests use as root; empty outside of tests. */
extern const char *notes_top;

/*
 * The notes of a boot, in /run/seedrive/guest: they have the facts that the next stage must know. Only root can read
 * them. They survive the switch from an initramfs to the system.
 *
 * early, root, system, leave  the lines that the program printed in that stage
 * event.NAME                  the lines about the device NAME, when udev announced it
 * drive.NAME                  the state of the device NAME: guest/stage/drives.h
 * place                       exists if the ledger on root is the system's, as far as the stage `root` could see
 * awaited                     the path that the system's ledger still waited for; empty: it waits for none any more
 * decided                     the stage that decided; empty if it could not
 * open                        exists while the system's ledger can be used: each event then decides by itself
 * closed                      exists if `open` existed before
 * deciding                    not empty while a decision runs, and after a decision that was killed
 * lock                        the lock of the process that decides
 * lock.NAME                   the lock of the event that looks at the device NAME
 * lock.drives                 the lock for changes of all drive.NAME; it is held only during a change
 */

/** notes_path - join notes_top, @path and @more; false if they do not fit. */
bool notes_path(char out[NOTES_PATH], const char *path, const char *more);

/** notes_name - make the path of a note. Returns: false if it does not fit. */
bool notes_name(char out[NOTES_PATH], const char *name);

/** notes_begin - make the folder of the notes. Returns: false if that fails. */
bool notes_begin(void);

bool notes_exists(const char *name);

/** notes_has_text - does the note exist, and is it not empty? If a folder is in its place, the answer is yes. */
bool notes_has_text(const char *name);

/** notes_write - replace the content of the note by one line, or by nothing. Returns: false if it cannot be written. */
bool notes_write(const char *name, const char *line);

/** notes_open - empty a note, and open it for writing. Returns: a descriptor or -errno. */
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
