/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_MESSAGE_H
#define GUEST_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/wire/record.h"

/* A text of limited length; the rest is cut off. With stdio instead, the program would be twice as large. */
struct message {
	char text[576];
	size_t len;
};

/** message_begin - begin a line with the program's name, as message_send() requires. */
void message_begin(struct message *m);

/** message_add - append @text; each character that is not printable ASCII becomes '?'. */
void message_add(struct message *m, const char *text);

void message_add_number(struct message *m, uint64_t number);

/** message_add_id - append "seed=" and a seed id in hexadecimal. */
void message_add_id(struct message *m, const uint8_t id[RECORD_ID_SIZE]);

/** message_end_line - append a newline; for a text of several lines. */
void message_end_line(struct message *m);

/** message_body - get the text after the program's name, and its length @ret_len. */
const char *message_body(const struct message *m, size_t *ret_len);

/** message_send - write the line to standard error and, if @kernel_log, to the kernel's log. */
void message_send(struct message *m, bool kernel_log);

#endif
