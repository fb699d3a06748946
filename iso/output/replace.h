/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_REPLACE_H
#define ISO_OUTPUT_REPLACE_H

#include <stdint.h>

#include "iso/output/place.h"
#include "util/fault.h"
#include "util/warning.h"

/*
 * Replaces a file in one step. If the file system supports O_TMPFILE, the new content is written to a file without a
 * name. When it is complete, and there is no old file, it is linked under its final name. If there is an old file, the
 * new one is linked under a temporary name and then renamed over the old one, so that the temporary name exists only
 * between two system calls. On other file systems the content is written under the temporary name. This name is derived
 * only from the file's own name, so the next run finds and removes a file that a killed run has left.
 */
struct replace {
	int fd; /* write the new content here */
	const char *path;
	const struct warning_sink *warn;
	struct place place;
	char temp[NAME_MAX + 1];
	volatile bool
		owned; /* @temp exists, is our file, and must be removed by us; a signal handler reads this */
	bool anonymous; /* @fd has no name until the commit */
	int old_fd;     /* the old file, locked; -1: there is none, or we may not open it */
};

#define REPLACE_NONE                                            \
	{                                                       \
		.fd = -1, .old_fd = -1, .place = {.dirfd = -1 } \
	}

/**
 * replace_open - begin to replace @path
 * @r:    the caller's storage; the caller calls replace_clear() in the end, also after an error
 * @path: a regular file, or a name that does not exist yet; symbolic links are followed; the caller keeps the string
 * @warn: kept by the caller, or NULL
 * @f:    on error, a message that names the file and the fault
 *
 * The new file has mode 0600, whatever the umask and the folder's default ACL are. An old file is locked with
 * output_lock(). If a file exists under the temporary name, it is removed, unless another process is writing to it.
 * Returns: 0, or -errno; -EBUSY if another process is using the file.
 */
int replace_open(
	struct replace *r, const char *path, const struct warning_sink *warn, struct fault *f);

/** replace_reserve - reserve space for @size bytes, as room_reserve() does. Returns: 0 or -errno. */
int replace_reserve(struct replace *r, uint64_t size);

/**
 * replace_commit - flush the new content, and put the new file in the place of the old one
 *
 * The content is on stable storage before the name changes. If there is no old file, the new one keeps mode 0600;
 * otherwise it gets owner, ACL and mode of the old file, as access_copy() copies them. If a file was created, changed
 * or replaced at this place meanwhile, that file is not overwritten: this is an error. After the name has changed,
 * nothing is an error any more: if the folder cannot be synced, there is only a warning. Returns: 0; or -errno with @f:
 * nothing was replaced.
 */
int replace_commit(struct replace *r, struct fault *f);

/** replace_clear - close everything; if there was no commit, remove the temporary file. */
void replace_clear(struct replace *r);

#endif
