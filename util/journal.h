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
 * One entry for the system's journal, in its native protocol: fields with names that never move, so
 * that `journalctl SEEDRIVE_UID=42436` finds them. Never with a byte of a seed. A value of more than 2047 bytes is
 * cut, and ends in "...".
 */
struct journal {
	char text[4096];
	size_t len;
	const char *identifier;
	bool full;                          /* a field had no room; it was left out whole */
	const char *long_name, *long_value; /* of journal_attach() */
	size_t message, end;                /* where in @text the words for people stand */
};

/** journal_begin - @identifier: SYSLOG_IDENTIFIER, kept; @fmt: the message, for people, one line. */
void journal_begin(struct journal *j, const char *identifier, enum journal_priority priority,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/** journal_field - @name: capital letters, digits and underscores. */
void journal_field(struct journal *j, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * journal_attach - one field more, of any length, in place of an earlier one
 * @name, @value: kept, not copied, until journal_send(); a value with a newline is left out
 */
void journal_attach(struct journal *j, const char *name, const char *value);

/**
 * journal_send - hand it over
 *
 * Where there is no journal the message alone goes to standard error, as a line behind the identifier.
 * A journal that does not take it holds nobody up for longer than a tenth of a second, and then not
 * again until it takes one: such entries are lost, and the next that arrives says how many in
 * SEEDRIVE_LOST. From any thread.
 */
void journal_send(struct journal *j);

#endif
