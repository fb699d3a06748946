/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_STORE_H
#define GUEST_STAGE_STORE_H

#include <stdbool.h>

/* The folder for the ledger and the carry-over of the running system: PLACE_STORE. */

/**
 * store_make - if the folder does not exist, make it, and flush it before anything is put into it
 * Returns: 0 or -errno.
 */
int store_make(void);

/** store_has - does the ledger have this seed id? */
bool store_has(const char *id);

/** store_add - add a seed id to the ledger, durably, in the same way as the program. Returns: 0 or -errno. */
int store_add(const char *id);

#endif
