/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_INTERRUPT_H
#define ISO_OUTPUT_INTERRUPT_H

#include "iso/output/replace.h"

/**
 * interrupt_open - call replace_open(). From then on, if SIGINT, SIGTERM, SIGHUP or SIGQUIT ends the process, remove
 * the temporary file. (After SIGKILL the file is left, and the next run removes it.)
 * @r: must stay valid until interrupt_end(); at most two at a time
 * Returns: as replace_open().
 */
int interrupt_open(
	struct replace *r, const char *path, const struct warning_sink *warn, struct fault *f);

/** interrupt_end - call replace_clear(); after this, a signal does not touch @r. */
void interrupt_end(struct replace *r);

#endif
