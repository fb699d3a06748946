/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_BURNER_DRIVE_H
#define ISO_OUTPUT_BURNER_DRIVE_H

#include "iso/output/burner.h"

/* Functions that the files burner*.c share. */

/** burner_pause - sleep for a tenth of a second between two queries of the drive's progress. */
void burner_pause(void);

/** burner_fault - set @f to @what and the first of libburn's pending messages: it names the cause. Returns: -EIO. */
int burner_fault(struct fault *f, const struct burner *b, const char *what);

/** burner_hold_signals - block SIGINT, SIGTERM, SIGHUP and SIGQUIT until burner_close(). */
void burner_hold_signals(struct burner *b);

/**
 * burner_wait - wait until libburn's thread has finished its work on the drive, or has stopped because of a signal
 * Returns: 0; -EINTR or -EIO with @f.
 */
int burner_wait(struct burner *b, uint64_t len, iso_progress *report, void *ctx, struct fault *f);

/**
 * burner_inspect_again - make the drive read the state of its medium again
 * Returns: 0; -EIO: the caller can get the cause from burner_fault().
 */
int burner_inspect_again(struct burner *b);

#endif
