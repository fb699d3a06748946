/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_REPLACE_H
#define ISO_OUTPUT_REPLACE_H

#include <stdint.h>

#include "iso/output/place.h"
#include "util/fault.h"
#include "util/warning.h"

/*
 * A file replaced in one step. The new content gathers in a file that has no name yet, where the file system has such
 * files (O_TMPFILE): then a new file gets its name when it is whole, and an old one is replaced by way of a name that
 * stands for the time of two system calls. Elsewhere it gathers under that name. It depends on the file's own name alone,
 * so that the next run removes what a killed one has left.
 */
struct replace {
	int fd; /* write here */
	const char *path;
	const struct warning_sink *warn;
	struct place place;
	char temp[NAME_MAX + 1];
	volatile bool owned; /* @temp is ours to remove */
	bool anonymous;      /* @fd has no name until the commit */
	int old_fd; /* of the old one, locked; -1: there is none, or it may not be opened */
};

#define REPLACE_NONE                                            \
	{                                                       \
		.fd = -1, .old_fd = -1, .place = {.dirfd = -1 } \
	}

/**
 * replace_open - begin to replace @path
 * @r:    the caller's storage; needs replace_clear() in the end, also after an error
 * @path: a regular file, or nothing yet; a symbolic link is followed as the kernel allows; kept by the caller
 * @warn: kept by the caller, or NULL
 * @f:    names the thing and the fault
 *
 * The new file is 0600, whatever the umask and the folder's default ACL. An old one is locked as other writers and
 * virtual machines lock it. What lies under the temporary name is removed, unless another process writes to it.
 * Returns: 0, or -errno; -EBUSY when another process has it just now.
 */
int replace_open(
	struct replace *r, const char *path, const struct warning_sink *warn, struct fault *f);

/** replace_reserve - room for @size bytes, as room_reserve() does. Returns: 0 or -errno. */
int replace_reserve(struct replace *r, uint64_t size);

/**
 * replace_commit - make it durable and put it in the old one's place
 *
 * Content, then name, each on stable storage before the next step. A new file is 0600. An old one's ACL, mode and owner
 * are kept as far as the caller may; where they cannot be, the group gets nothing. What has come to stand there
 * meanwhile, or has changed, is not replaced. Once the name is given nothing is an error: a folder that cannot be
 * synced is a warning. Returns: 0; or -errno with @f and nothing replaced.
 */
int replace_commit(struct replace *r, struct fault *f);

/** replace_clear - close; without a commit before, remove the temporary file. */
void replace_clear(struct replace *r);

#endif
