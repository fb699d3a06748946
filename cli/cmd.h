/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include "cli/report.h"

/* A command, as one row of a program's table. @run returns 0, or -errno with @f. */
struct command {
	const char *name;
	const char *summary;
	const char *usage; /* text of --help; NULL: it is in the program that @run executes */
	int (*run)(int argc, char **argv, struct fault *f);
};

/* The commands of this program, ended by NULL. Each of cli/seedrive.c and cli/seedrive_*.c defines it. */
extern const struct command *const commands[];

extern const struct command cmd_build, cmd_reseed, cmd_inspect, cmd_draw, cmd_sources, cmd_check,
	cmd_config, cmd_serve, cmd_device;

#define BUILD_SUMMARY "metadata tree -> seeded config drive"
#define CHECK_SUMMARY "health and statistics of live sources, with a report"
#define SERVE_SUMMARY "the daemon: gives seeds to users who may not open the devices"

/* `check` and `serve` are separate programs, because loading their libraries would make each build a tenth slower. */
extern const struct command helper_check, helper_serve;

/**
 * exec_device_helper - executes the program that writes images to devices
 * @argv: the words of the command line, from "build" on
 * Returns only on failure: -errno with @f.
 */
int exec_device_helper(int argc, char **argv, struct fault *f);

#endif
