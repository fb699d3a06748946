/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_INTERRUPT_H
#define ISO_OUTPUT_INTERRUPT_H

#include "iso/output/replace.h"

/**
 * interrupt_open - call replace_open(), and from then on remove the temporary file if SIGINT, SIGTERM, SIGHUP or
 * SIGQUIT ends the process. (A file that is left after SIGKILL is removed by the next run.)
 * @r: must stay valid until interrupt_end(); at most two at a time
 * Returns: as replace_open().
 */
int interrupt_open(
	struct replace *r, const char *path, const struct warning_sink *warn, struct fault *f);

/** interrupt_end - call replace_clear(); signals no longer touch @r. */
void interrupt_end(struct replace *r);

#endif
