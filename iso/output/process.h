/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_PROCESS_H
#define ISO_OUTPUT_PROCESS_H

#include <limits.h>
#include <stddef.h>

#include "iso/output/stack.h"

/* What processes have to do with a device, each of them asked by its folder in /proc. */

/* A use that was found. */
struct use {
	char words[PATH_MAX + 128]; /* "mounted on /srv, as process 12 (sh) sees it" */
	enum relation relation;     /* of what is used so to our device */
};

/* What could not be looked at. */
struct unseen {
	size_t processes; /* whose rights are more than ours */
	bool outside;     /* there are processes that this /proc does not show */
};

/**
 * process_find_mount - is the device mounted, in the namespace of any process?
 * Returns: 1 with @ret; 0.
 */
int process_find_mount(const struct stack *s, struct use *ret, struct unseen *unseen);

/**
 * process_find_open - has another process the device open, by whichever node, or the file of the loop device?
 * Of a device below ours only a descriptor to write counts: daemons watch the members of others.
 * Returns: 1 with @ret; 0.
 */
int process_find_open(const struct stack *s, struct use *ret, struct unseen *unseen);

#endif
