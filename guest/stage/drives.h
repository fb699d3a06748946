/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_DRIVES_H
#define GUEST_STAGE_DRIVES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What has become of the devices that udev announced in this boot: a note for each, drive.NAME. It has the number that
 * the kernel gave to the medium (DISKSEQ, from Linux 5.15 on), as another medium is another drive.
 */

#define DRIVES_NAME 64 /* bytes of a device's name in /sys/class/block, with its end */
#define DRIVES_PATH (DRIVES_NAME + 5)

enum drives_state {
	DRIVES_UNKNOWN, /* nothing is noted, or it is about another medium */
	DRIVES_HEARD,   /* is being looked at */
	DRIVES_LEFT,    /* was still being looked at when the initramfs ended */
	DRIVES_SILENT,  /* did not answer */
	DRIVES_BARE,    /* has no seed */
	DRIVES_SEED,    /* has one, which was mixed and is to be decided on */
	DRIVES_DONE,    /* was decided on */
};

#define DRIVES_BIT(state) (1u << (state)) /* for drives_change() */

/** drives_exists - does /sys/class/block have that name? */
bool drives_exists(const char *name);

/** drives_numbered - does the kernel number its media? Where it does not, no note says that it is the same one. */
bool drives_numbered(const char *name);

enum drives_state drives_get(const char *name);

/** drives_set - whatever it was; false when that cannot be noted. For whoever else may change it: drives_change(). */
bool drives_set(const char *name, enum drives_state state);

/**
 * drives_change - set the state to @to, if the device is in one of the states @from, with nobody changing it between
 * @from: DRIVES_BIT() of each
 * Returns: was it, and is it noted?
 */
bool drives_change(const char *name, unsigned from, enum drives_state to);

/** drives_path - the path of the device's node below /dev. */
void drives_path(const char *name, char ret[DRIVES_PATH]);

/** drives_each - call @each with the name of every device in this state. Returns: true if one of the calls did. */
bool drives_each(enum drives_state state, bool (*each)(void *ctx, const char *name), void *ctx);

/** drives_any - is any device in this state? */
bool drives_any(enum drives_state state);

#endif
