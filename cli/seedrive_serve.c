/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program that `seedrive serve` executes; see cli/exec_helper.c. */
#include "cli/cmd.h"

#include <stddef.h>

const struct command *const commands[] = { &cmd_serve, NULL };
