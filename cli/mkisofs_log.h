/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_MKISOFS_LOG_H
#define CLI_MKISOFS_LOG_H

#include "drive/compose.h"

/*
 * What seedrive-mkisofs says to the system's journal: one entry a drive, as its callers keep what it writes to
 * standard error to themselves. Nothing where there is no journal: there standard error is all.
 */

/** mkisofs_log_listen - from now on warnings and errors are kept, for the entry. */
void mkisofs_log_listen(void);

/**
 * mkisofs_log_drive - the entry of a drive
 * @out:    its name
 * @err: negative errno: there is no drive; else 0
 */
void mkisofs_log_drive(const struct compose *c, const char *out, const char *label, int err);

#endif
