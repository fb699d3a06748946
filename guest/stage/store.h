/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_STORE_H
#define GUEST_STAGE_STORE_H

#include <stdbool.h>

/* The folder for the ledger and the carry-over of the running system: PLACE_STORE. */

/** store_make - make the folder if it does not exist, and flush it before anything is put into it; 0 or -errno. */
int store_make(void);

/** store_has - does the ledger have this seed id? */
bool store_has(const char *id);

/** store_add - add a seed id to the ledger, durably, as the program does; 0 or -errno. */
int store_add(const char *id);

#endif
