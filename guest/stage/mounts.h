/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_MOUNTS_H
#define GUEST_STAGE_MOUNTS_H

#include <stdbool.h>

/* A line of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
struct mount {
	bool writable;    /* the mount and its file system are both writable */
	bool fs_writable; /* the file system is; perhaps another mount of it is, too */
	bool unrecovered; /* the file system's journal was not replayed */
	/* Flags of the file system, such as MS_SYNCHRONOUS, in the form that mount(2) needs. */
	unsigned long flags;
};

/** mounts_find - get the file system that is visible at @point. Returns: false if nothing is mounted there. */
bool mounts_find(const char *point, struct mount *ret);

/** mounts_parse - parse one line; the line is changed. Returns: false if it is malformed, or is not about @point. */
bool mounts_parse(char *line, const char *point, struct mount *ret);

#endif
