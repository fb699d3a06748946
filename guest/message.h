/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_MESSAGE_H
#define GUEST_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A line of bounded length; what does not fit is cut. stdio alone would double the program. */
struct message {
	char text[320];
	size_t len;
};

void message_add(struct message *l, const char *text);
void message_add_number(struct message *l, uint64_t number);

/** message_send - to standard error and, if @kernel_log, to the kernel's log, under our name. */
void message_send(struct message *l, bool kernel_log);

#endif
