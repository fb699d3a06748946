/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_DRIVE_LOG_H
#define CLI_DRIVE_LOG_H

#include "seed/draw.h"

/*
 * What is said of one drive to the system's journal: by seedrive-mkisofs, as its callers keep what it writes to standard
 * error to themselves, and by `seedrive reseed`, which libvirt's hook runs. The same fields from both. Nothing where there is
 * no journal: there standard error is all.
 */
struct drive_log {
	const char *identifier;  /* of who writes the entry */
	const char *done;        /* what is done to a drive, "made" */
	const char *without;     /* where there is no fresh seed and no error, "without a seed" */
	const char *out, *label; /* the image; NULL: its label is not known */
	const struct seed *seed; /* of its record; NULL: it has no fresh one */
	const uint8_t *uuid;     /* that the record is bound to, or zero */
};

/** drive_log_listen - from now on warnings and errors are kept, for the entry. */
void drive_log_listen(void);

/**
 * drive_log_write - the entry
 * @err: negative errno: it was not done; else 0
 */
void drive_log_write(const struct drive_log *d, int err);

#endif
