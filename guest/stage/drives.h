/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_DRIVES_H
#define GUEST_STAGE_DRIVES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The states of the devices that udev has announced in this boot. There is one note for each device, drive.NAME. It
 * also contains the number that the kernel gave to the medium (DISKSEQ, since Linux 5.15), because another medium
 * counts as another drive.
 */

#define DRIVES_NAME 64 /* bytes of a device's name in /sys/class/block, with its terminator */
#define DRIVES_PATH (DRIVES_NAME + 5)

enum drives_state {
	DRIVES_UNKNOWN, /* there is no note, or it is about another medium */
	DRIVES_HEARD,   /* an event's process is looking at the device */
	DRIVES_LEFT,    /* such a process was still looking when the initramfs ended */
	DRIVES_SILENT,  /* the device did not answer */
	DRIVES_BARE,    /* it has no seed */
	DRIVES_SEED,    /* it has a seed, which was mixed, and on which a decision must be made */
	DRIVES_DONE,    /* the decision on its seed was made */
};

#define DRIVES_BIT(state) (1u << (state)) /* for drives_change() */

/** drives_exists - does /sys/class/block list a device with this name? */
bool drives_exists(const char *name);

/** drives_numbered - does the kernel number the media of this device? If not, a note may be about an earlier medium. */
bool drives_numbered(const char *name);

enum drives_state drives_get(const char *name);

/**
 * drives_set - set the state, whatever it was before
 * If other processes may change the state at the same time, drives_change() must be used.
 * Returns: false if the state cannot be written.
 */
bool drives_set(const char *name, enum drives_state state);

/**
 * drives_change - if the state is one of @from, set it to @to; meanwhile no other process can change it
 * @from: the states, each as DRIVES_BIT()
 * Returns: was the state changed?
 */
bool drives_change(const char *name, unsigned from, enum drives_state to);

/** drives_path - make the path of the device's node below /dev. */
void drives_path(const char *name, char ret[DRIVES_PATH]);

/**
 * drives_each - call @each with the name of every device in this state; no result ends this early
 * Returns: true if one did.
 */
bool drives_each(enum drives_state state, bool (*each)(void *ctx, const char *name), void *ctx);

/** drives_any - is any device in this state? */
bool drives_any(enum drives_state state);

#endif
