/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_JOURNAL_H
#define UTIL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* Priorities, by syslog(3)'s numbers. */
enum journal_priority {
	JOURNAL_ERROR = 3,
	JOURNAL_WARNING = 4,
	JOURNAL_NOTICE = 5,
	JOURNAL_INFO = 6,
};

/*
 * One entry for the system's journal, in its native protocol. The names of the fields never change, so
 * that `journalctl SEEDRIVE_UID=42436` finds them. No byte of a seed may go into an entry. A value of more than 2047
 * bytes is cut, and ends in "...".
 */
struct journal {
	char text[4096];
	size_t len;
	const char *identifier;
	bool full;                          /* a field did not fit, and was left out whole */
	const char *long_name, *long_value; /* the field of journal_attach() */
	size_t message, end;                /* where in @text the message begins and ends */
};

/**
 * journal_begin - begin an entry with its message
 * @identifier: the value of SYSLOG_IDENTIFIER; the caller keeps the string until journal_send()
 * @fmt:        the message, one line
 */
void journal_begin(struct journal *j, const char *identifier, enum journal_priority priority,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/** journal_field - add a field; @name consists of capital letters, digits and underscores. */
void journal_field(struct journal *j, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * journal_attach - add one field of any length; an entry can have only one such field, and the last one counts
 * @name, @value: not copied; the caller keeps them until journal_send(); a value with a newline is left out
 */
void journal_attach(struct journal *j, const char *name, const char *value);

/**
 * journal_send - send the entry to the journal
 *
 * If there is no journal, only the message is written, to standard error, as the line "IDENTIFIER: MESSAGE". If the
 * journal is stuck, the first call waits for at most a tenth of a second, and later calls do not wait at all until it
 * accepts entries again. Entries that it did not accept are lost; the next one that it accepts has their number in
 * the field SEEDRIVE_LOST. May be called from any thread.
 */
void journal_send(struct journal *j);

#endif
