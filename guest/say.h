/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_SAY_H
#define GUEST_SAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A line of bounded length; what does not fit is cut. stdio alone would double the program. */
struct line {
	char text[320];
	size_t len;
};

void line_add(struct line *l, const char *text);
void line_add_number(struct line *l, uint64_t number);

/** line_say - to standard error and, if @kernel_log, to the kernel's log, under our name. */
void line_say(struct line *l, bool kernel_log);

#endif
