/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_SAY_H
#define GUEST_STAGE_SAY_H

/** say - write a line of up to three pieces to the kernel's log, with the program's name; a NULL ends the line. */
void say(const char *a, const char *b, const char *c);

#endif
