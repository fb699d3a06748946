/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_SAY_H
#define GUEST_STAGE_SAY_H

/** say - write a line to the kernel's log: the program's name, and up to three pieces. The first NULL ends the line. */
void say(const char *a, const char *b, const char *c);

#endif
