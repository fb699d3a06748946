/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_START_H
#define CLI_START_H

#include "util/fault.h"

/* Functions that each of our programs calls when it starts and when it exits. */

/**
 * start_descriptors - opens /dev/null for each standard descriptor that is closed
 * Otherwise a file that we open later could get number 2, and messages would be written into it. It is opened for reading
 * only, so that writing to a stream that was closed still fails.
 */
void start_descriptors(void);

/** start_signals - ignores SIGPIPE and SIGXFSZ, so that a closed pipe and a file over its limit are reported as errors. */
void start_signals(void);

/** start_signals_undo - sets both signals back to what they were; call it before another program is executed. */
void start_signals_undo(void);

/** start_secrets - calls secret_setup(). Returns: 0, or -errno with @f. */
int start_secrets(struct fault *f);

/**
 * finish - prints pending warnings and flushes standard output
 * Returns: @status, or EXIT_FAILED if @status is EXIT_DONE and standard output cannot be written.
 */
int finish(int status);

#endif
