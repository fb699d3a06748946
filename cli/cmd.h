/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include "cli/report.h"

/* A command: its row in cli/main.c's table. Each @run returns an exit status. */
struct command {
	const char *name;
	const char *summary;
	const char *usage; /* what --help shows */
	int (*run)(int argc, char **argv);
};

extern const struct command cmd_build, cmd_reseed, cmd_inspect, cmd_draw, cmd_sources, cmd_check,
	cmd_config, cmd_serve;

#endif
