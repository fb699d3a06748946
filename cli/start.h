/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_START_H
#define CLI_START_H

#include "util/fault.h"

/* How each of our programs begins and ends. */

/**
 * start_descriptors - open the standard ones that are closed
 * A file that we open must never become what a library or a message takes for standard error. Only to be
 * read from: what is written to a descriptor that was closed still fails.
 */
void start_descriptors(void);

/** start_signals - a reader that went away, a file too large: errors with a line of their own. */
void start_signals(void);

/** start_secrets - secret_setup(). Returns: 0 or -errno with @f. */
int start_secrets(struct fault *f);

/** finish - warnings that are due; standard output has to have arrived. Returns: the exit status. */
int finish(int status);

#endif
