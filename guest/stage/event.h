/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_EVENT_H
#define GUEST_STAGE_EVENT_H

#include <stdbool.h>

#include "guest/stage/settings.h"

/**
 * event_heard - udev has announced a device: mix its seed, if it has one, and note the device's state
 * @name: as in /sys/class/block
 * @wait: how long the program waits for the device, if the settings have no --wait; NULL: the program's default
 *
 * A device is skipped if this boot has already dealt with it, or if the settings name devices and it is none of them. A
 * device that did not answer is tried again.
 * Returns: does it have a seed on which a decision must still be made?
 */
bool event_heard(const struct settings *s, const char *name, const char *wait);

/**
 * event_search - mix the seeds of all devices that exist, or of those that the settings name
 * @stage: the stage's name in the program's status
 * @note:  the name of the note that gets the program's lines
 * @wait:  as for event_heard()
 */
void event_search(const struct settings *s, const char *stage, const char *note, const char *wait);

/**
 * event_note_found - set the state of each device that has a seed according to the note @note
 * The caller must hold the lock "lock".
 */
void event_note_found(const char *note);

/** event_running - is udev running, so that it announces devices? */
bool event_running(void);

#endif
