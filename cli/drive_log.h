/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_DRIVE_LOG_H
#define CLI_DRIVE_LOG_H

#include "seed/draw.h"

/*
 * One entry in the system's journal for each drive. seedrive-mkisofs writes it because its callers do not pass its standard
 * error on, and `seedrive reseed` because the libvirt hook runs it. Both write the same fields. If the system has no
 * journal, no entry is written, and messages go to standard error only.
 */
struct drive_log {
	const char *identifier;  /* SYSLOG_IDENTIFIER of the entry */
	const char *done;        /* the verb for success, such as "made" */
	const char *without;     /* for success without a new seed; NULL: a reported line has it */
	const char *out, *label; /* path of the image; its label, NULL if unknown */
	const struct seed *seed; /* the new seed in the image's record; NULL: there is none */
	const uint8_t *uuid;     /* the UUID that the record is bound to; zeros: unbound */
};

/**
 * drive_log_listen - starts to collect warnings and errors, which become part of the entry
 * @out: as in struct drive_log; a line that begins with it is kept without it, because the entry does
 */
void drive_log_listen(const char *out);

/**
 * drive_log_write - writes the entry
 * @err: 0, or the -errno that the work failed with
 */
void drive_log_write(const struct drive_log *d, int err);

#endif
