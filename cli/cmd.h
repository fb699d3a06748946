/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include "cli/report.h"

/* A command: its row in a program's table. @run returns 0, or a negative errno with @f. */
struct command {
	const char *name;
	const char *summary;
	const char *usage; /* what --help shows; NULL: another program's, which @run becomes */
	int (*run)(int argc, char **argv, struct fault *f);
};

/* Those of this program, NULL behind the last: cli/seedrive.c and its kin. */
extern const struct command *const commands[];

extern const struct command cmd_build, cmd_reseed, cmd_inspect, cmd_draw, cmd_sources, cmd_check,
	cmd_config, cmd_serve, cmd_device;

#define BUILD_SUMMARY "metadata tree -> seeded config drive"
#define CHECK_SUMMARY "health and statistics of live sources, with a report"
#define SERVE_SUMMARY "the daemon: gives seeds to those who may not open the devices"

/* `check` and `serve` are programs of their own: their libraries would cost each build a tenth of its
 * time. */
extern const struct command helper_check, helper_serve;

/** exec_device_helper - `build` onto a device is one, too. @argv: from "build" on. Returns: -errno with @f, if at all. */
int exec_device_helper(int argc, char **argv, struct fault *f);

#endif
