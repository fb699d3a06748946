/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_REPLACE_H
#define ISO_OUTPUT_REPLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "util/fault.h"

/*
 * A file replaced in one step. The new content gathers in a temporary file beside it, whose name
 * depends on the file's name alone: what a killed run leaves there, the next run takes over.
 */
struct replace {
	int fd; /* write here */
	int dirfd;
	char name[NAME_MAX + 1]; /* the file, symbolic links followed */
	char temp[NAME_MAX + 1];
	volatile bool owned; /* @temp is ours to remove */
	bool replaces;       /* there is an old one; @old describes it */
	struct stat old;
};

/**
 * replace_open - begin to replace @path
 * @r:    the caller's storage; needs replace_clear() in the end, also after an error
 * @path: a regular file, or nothing yet; a symbolic link is followed
 * @f:    names the thing and the fault
 *
 * The temporary file is 0600 and locked, so that two runs never write the same one; what lies under its
 * name and is not clearly a leftover of this user is removed first.
 * Returns: 0, or -errno; -EBUSY when another process is writing it just now.
 */
int replace_open(struct replace *r, const char *path, struct fault *f);

/**
 * replace_commit - make it durable and put it in the old one's place
 *
 * Content, then name, each on stable storage before the next step. A new file is 0600, an old
 * one's mode and owner are kept as far as the caller may. Returns: 0; or -errno with nothing replaced,
 * unless it was the folder that could not be synced: then the new file stands, whole.
 */
int replace_commit(struct replace *r);

/** replace_clear - close; without a commit before, remove the temporary file. */
void replace_clear(struct replace *r);

#endif
