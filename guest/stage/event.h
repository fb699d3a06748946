/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_EVENT_H
#define GUEST_STAGE_EVENT_H

#include <stdbool.h>

#include "guest/stage/settings.h"

/**
 * event_heard - udev has announced a device: mix its seed, if it has one, and note what it has
 * @name: as in /sys/class/block
 * @wait: how long the program waits for it, if the settings do not say; NULL: as long as it would
 *
 * What this boot has dealt with before is left alone, and where the settings name devices each other one; what did not answer is tried again.
 * Returns: has it a seed that is still to be decided on?
 */
bool event_heard(const struct settings *s, const char *name, const char *wait);

/**
 * event_search - mix the seeds of all devices that are there, or of those that the settings name
 * @stage: for the program's status
 * @note:  what the program says goes there
 * @wait:  as above
 */
void event_search(const struct settings *s, const char *stage, const char *note, const char *wait);

/** event_note_found - note each device that has a seed by the note @note; the caller has the lock of those who decide. */
void event_note_found(const char *note);

/** event_running - does udev run here, which announces devices? */
bool event_running(void);

#endif
