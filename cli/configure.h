/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CONFIGURE_H
#define CLI_CONFIGURE_H

#include "cli/config/config.h"

/**
 * configure - reads the configuration, reports its faults, and settles the values for @part
 * @c:    zeroed by the caller, who calls config_clear() when @ret, which points into it, is no longer used
 * @file: the argument of --config, or NULL
 *
 * A fault is an error. If there are several, this function prints all but the last, a line each, and @f has the last. For
 * seedrive-mkisofs, unless `strict` is set, faults are warnings: one typing error must not stop every spawn on a host.
 * Returns: 0, or -errno with @f. -EINVAL, with exit status EXIT_USAGE: the configuration has faults.
 */
int configure(struct config *c, const char *file, enum config_part part, struct settings *ret,
	struct fault *f);

#endif
