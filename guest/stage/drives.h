/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_DRIVES_H
#define GUEST_STAGE_DRIVES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The states of the devices that udev announced in this boot: one note for each, drive.NAME. It contains the number that
 * the kernel gave to the medium (DISKSEQ, from Linux 5.15 on), because another medium is another drive.
 */

#define DRIVES_NAME 64 /* bytes of a device's name in /sys/class/block, with its terminator */
#define DRIVES_PATH (DRIVES_NAME + 5)

enum drives_state {
	DRIVES_UNKNOWN, /* there is no note, or it is about another medium */
	DRIVES_HEARD,   /* an event is looking at the device */
	DRIVES_LEFT,    /* an event was still looking at it when the initramfs ended */
	DRIVES_SILENT,  /* the device did not answer */
	DRIVES_BARE,    /* it has no seed */
	DRIVES_SEED,    /* it has a seed, which was mixed and must be decided on */
	DRIVES_DONE,    /* its seed was decided on */
};

#define DRIVES_BIT(state) (1u << (state)) /* for drives_change() */

/** drives_exists - does /sys/class/block list that name? */
bool drives_exists(const char *name);

/** drives_numbered - does the kernel number the media of this device? If not, a note may be about an earlier medium. */
bool drives_numbered(const char *name);

enum drives_state drives_get(const char *name);

/** drives_set - set the state, whatever it was; false if it cannot be written. If other processes may change the state at the
 * same time, use drives_change(). */
bool drives_set(const char *name, enum drives_state state);

/**
 * drives_change - set the state to @to if it is one of @from; no other process can change it in between
 * @from: DRIVES_BIT() of each state
 * Returns: was the state changed?
 */
bool drives_change(const char *name, unsigned from, enum drives_state to);

/** drives_path - the path of the device's node below /dev. */
void drives_path(const char *name, char ret[DRIVES_PATH]);

/** drives_each - call @each with the name of every device in this state. Returns: true if one of the calls returned true. */
bool drives_each(enum drives_state state, bool (*each)(void *ctx, const char *name), void *ctx);

/** drives_any - is any device in this state? */
bool drives_any(enum drives_state state);

#endif
