/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_TARGET_H
#define ISO_OUTPUT_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "iso/output/place.h"
#include "util/fault.h"
#include "util/warning.h"

/*
 * A regular file written where it is, for callers who hold it open, or who made it with the owner and mode that it shall
 * have. What iso/output/replace.h does is safer; this is for those who cannot have it.
 */
struct target {
	int fd;
	const char *path;   /* NULL: standard output */
	struct stat st;     /* as it was found */
	struct place place; /* of a new one */
	bool created;       /* there was nothing of that name */
	bool begun;         /* what was in it is gone */
};

/**
 * target_open - open @path, and leave it as it is
 * @t:    the caller's storage; needs target_clear() in the end, also after an error
 * @path: symbolic links are followed, by the kernel; NULL: standard output; kept by the caller
 * @warn: kept by the caller, or NULL
 *
 * A new file is 0600, whatever the umask and the folder's default ACL. Refused: what is no regular file; what a virtual
 * machine or another writer has locked; a file from which a loop device is made.
 * Returns: 0 or -errno with @f.
 */
int target_open(
	struct target *t, const char *path, const struct warning_sink *warn, struct fault *f);

/**
 * target_begin - from now on it is ours: room for @size bytes is set aside, and what was in it goes
 * An old image is no image any more, on stable storage too, before the first byte of the new one.
 * Returns: 0; -ENOSPC and its kin before anything has changed.
 */
int target_begin(struct target *t, uint64_t size);

/** target_end - it is whole, on stable storage. Returns: 0 or -errno. */
int target_end(struct target *t);

/** target_clear - close; without an end before, a file is emptied, and one that was new removed. */
void target_clear(struct target *t);

#endif
