/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_STORE_H
#define GUEST_STAGE_STORE_H

#include <stdbool.h>

/* The folder for the ledger and the carry-over of the running system: PLACE_STORE. */

/** store_make - make it, if it is not there, on stable storage before there is anything in it; 0 or -errno. */
int store_make(void);

/** store_has - does the ledger know this number of a seed? */
bool store_has(const char *id);

/** store_add - note it there, durably, as the program does; 0 or -errno. */
int store_add(const char *id);

#endif
