/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_MESSAGE_H
#define GUEST_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/wire/record.h"

/* A text of bounded length; what does not fit is cut. stdio alone would double the program. */
struct message {
	char text[576];
	size_t len;
};

/** message_begin - under our name, as message_send() wants it. */
void message_begin(struct message *m);

/** message_add - @text, with a '?' for each character that a terminal may take for more than itself. */
void message_add(struct message *m, const char *text);

void message_add_number(struct message *m, uint64_t number);

/** message_add_id - "seed=" and the number of a seed in hexadecimal. */
void message_add_id(struct message *m, const uint8_t id[RECORD_ID_SIZE]);

/** message_end_line - for a text of several lines. */
void message_end_line(struct message *m);

/** message_body - what was added, without our name; @ret_len of it. */
const char *message_body(const struct message *m, size_t *ret_len);

/** message_send - to standard error and, if @kernel_log, to the kernel's log, under our name. */
void message_send(struct message *m, bool kernel_log);

#endif
