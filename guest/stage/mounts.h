/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_MOUNTS_H
#define GUEST_STAGE_MOUNTS_H

#include <stdbool.h>

/* A line of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
struct mount {
	bool writable;       /* both the mount and its file system are */
	bool unrecovered;    /* the file system's journal was not replayed */
	unsigned long flags; /* flags of the file system for mount(2), such as MS_SYNCHRONOUS */
};

/** mounts_find - get the file system that is visible at @point; false: nothing is mounted there. */
bool mounts_find(const char *point, struct mount *ret);

/** mounts_parse - parse one line, which is changed; false: it is malformed, or not about @point. */
bool mounts_parse(char *line, const char *point, struct mount *ret);

#endif
