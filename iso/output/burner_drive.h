/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_BURNER_DRIVE_H
#define ISO_OUTPUT_BURNER_DRIVE_H

#include "iso/output/burner.h"

/* What the rooms of the burner share. */

/** burner_pause - a tenth of a second: a drive is asked how far it has come. */
void burner_pause(void);

/** burner_fault - @what, and the first of libburn's complaints, which is the cause. Returns: -EIO. */
int burner_fault(struct fault *f, const struct burner *b, const char *what);

/** burner_hold_signals - SIGINT, SIGTERM, SIGHUP and SIGQUIT wait from now on, until burner_close(). */
void burner_hold_signals(struct burner *b);

/** burner_wait - until the drive has done what a thread of libburn's has it do, or has stopped for a signal. */
int burner_wait(struct burner *b, uint64_t len, iso_progress *report, void *ctx, struct fault *f);

/** burner_inspect_again - the drive has to find out anew what it holds. Returns: 0 or -EIO, libburn's words to come. */
int burner_inspect_again(struct burner *b);

#endif
