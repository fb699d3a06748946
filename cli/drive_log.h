/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_DRIVE_LOG_H
#define CLI_DRIVE_LOG_H

#include "seed/draw.h"

/*
 * One entry in the system's journal for each drive. seedrive-mkisofs writes it because its callers do not pass its standard
 * error on, and `seedrive reseed` because the libvirt hook runs it. Both write the same fields. Without a journal nothing is
 * written, and standard error has all there is.
 */
struct drive_log {
	const char *identifier; /* SYSLOG_IDENTIFIER of the entry */
	const char *done;       /* the verb for success, such as "made" */
	const char *without;    /* words for success without a new seed, such as "without a seed" */
	const char *out, *label; /* path of the image; its label, NULL if unknown */
	const struct seed *seed; /* the seed in its record; NULL: it has no new one */
	const uint8_t *uuid;     /* of the instance that the record is bound to; zeros: unbound */
};

/** drive_log_listen - starts to collect warnings and errors, which become part of the entry. */
void drive_log_listen(void);

/**
 * drive_log_write - writes the entry
 * @err: 0, or the -errno that the work failed with
 */
void drive_log_write(const struct drive_log *d, int err);

#endif
