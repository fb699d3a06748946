/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_LATECOMERS_H
#define GUEST_STAGE_LATECOMERS_H

#include <stdbool.h>

/** latecomers_note - note the block devices that are there now. */
void latecomers_note(void);

/**
 * latecomers_look - has one of those that were not there then a seed?
 * One by one, as that needs no waiting for others. They are noted, too.
 */
bool latecomers_look(void);

#endif
