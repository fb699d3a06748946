/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CONFIGURE_H
#define CLI_CONFIGURE_H

#include "cli/config/config.h"

/**
 * configure - read the configuration, say what is wrong with it, settle what @part goes by
 * @c:    zeroed; needs config_clear() in the end, and @ret points into it
 * @file: what --config names, or NULL
 *
 * A fault is an error, all of them said, a line each. To seedrive-mkisofs, unless it is strict, it is a
 * warning: one typing error must not stop every spawn of a host.
 * Returns: -1 to go on, else an exit status.
 */
int configure(struct config *c, const char *file, enum config_part part, struct settings *ret);

#endif
