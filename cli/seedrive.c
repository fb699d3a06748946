/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cmd.h"

#include <stddef.h>

const struct command *const commands[] = {
	&cmd_build,
	&cmd_reseed,
	&cmd_inspect,
	&cmd_draw,
	&cmd_sources,
	&helper_check,
	&cmd_config,
	&helper_serve,
	NULL,
};
