/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_MOUNTS_H
#define GUEST_STAGE_MOUNTS_H

#include <stdbool.h>

/* A line of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
struct mount {
	bool writable;    /* the mount, and its file system */
	bool unrecovered; /* the file system's journal was passed over */
	unsigned long
		flags; /* MS_SYNCHRONOUS and the like, which the file system has, as mount(2) wants them */
};

/** mounts_find - the file system that is seen at @point; false: nothing is mounted there. */
bool mounts_find(const char *point, struct mount *ret);

/** mounts_parse - the same for one line, which is changed; false: it is not about @point, or no such line. */
bool mounts_parse(char *line, const char *point, struct mount *ret);

#endif
