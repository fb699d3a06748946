/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CONFIGURE_H
#define CLI_CONFIGURE_H

#include "cli/config/config.h"

/**
 * configure - read the configuration, say what is wrong with it, settle what @part goes by
 * @c:    zeroed; needs config_clear() in the end, and @ret points into it
 * @file: what --config names, or NULL
 *
 * A fault is an error; of several, all but the last are said here, a line each. To seedrive-mkisofs, unless it is strict, it is a
 * warning: one typing error must not stop every spawn of a host.
 * Returns: 0, or -errno with @f; -EINVAL, exit status EXIT_USAGE, where the configuration has faults.
 */
int configure(struct config *c, const char *file, enum config_part part, struct settings *ret,
	struct fault *f);

#endif
