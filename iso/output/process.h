/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_PROCESS_H
#define ISO_OUTPUT_PROCESS_H

#include <limits.h>
#include <stddef.h>

#include "iso/output/stack.h"

/* Finds the processes that use a device: reads the folder of each process in /proc. */

/* A use that was found. */
struct use {
	char words[PATH_MAX + 128]; /* "mounted on /srv, as process 12 (sh) sees it" */
	enum relation relation;     /* how the used device is related to ours */
};

/* The processes that could not be checked. */
struct unseen {
	size_t processes; /* number of processes that we have no permission to examine */
	bool outside;     /* there may be processes that this /proc does not show */
};

/**
 * process_find_mount - is the device mounted, in the namespace of any process?
 * Returns: 1 with @ret; 0.
 */
int process_find_mount(const struct stack *s, struct use *ret, struct unseen *unseen);

/**
 * process_find_open - does another process have the device, or a file below it, open through any device node?
 * Devices and files below ours count only if they are open for writing: daemons that watch the members of other devices
 * have them open for reading.
 * Returns: 1 with @ret; 0.
 */
int process_find_open(const struct stack *s, struct use *ret, struct unseen *unseen);

#endif
