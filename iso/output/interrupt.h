/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_INTERRUPT_H
#define ISO_OUTPUT_INTERRUPT_H

#include "iso/output/replace.h"

/**
 * interrupt_open - replace_open(), with SIGINT, SIGTERM, SIGHUP and SIGQUIT from then on removing the temporary
 * file before they end us. (What SIGKILL leaves behind, the next run takes over.)
 * @r: static, or alive until interrupt_end(); two at a time
 */
int interrupt_open(
	struct replace *r, const char *path, const struct warning_sink *warn, struct fault *f);

/** interrupt_end - replace_clear(), and no more of that. */
void interrupt_end(struct replace *r);

#endif
