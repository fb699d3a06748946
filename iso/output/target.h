/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_TARGET_H
#define ISO_OUTPUT_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "util/fault.h"

/*
 * A file written where it stands, for callers who hold it open, or who made it with the owner and mode
 * that it shall have. What iso/output/replace.h does is safer; this is for those who cannot have it. Not
 * only a file: a pipe, a device, standard output.
 */
struct target {
	int fd;
	const char *path; /* NULL: standard output */
	struct stat st;   /* as it was found */
	bool created;     /* there was nothing of that name */
	bool begun;       /* what was in it is gone */
	bool placed;      /* it can be written at any place, and is, from 0 on */
};

/**
 * target_open - open @path, and leave it as it is
 * @t:    the caller's storage; needs target_clear() in the end, also after an error
 * @path: symbolic links are followed; NULL: standard output; kept by the caller
 *
 * A new file is 0600, whatever the umask. A block device is refused while it is mounted, an
 * optical drive always. A FIFO is waited for.
 * Returns: 0 or -errno with @f.
 */
int target_open(struct target *t, const char *path, struct fault *f);

/**
 * target_begin - from now on it is ours: what was in it goes, room for @size bytes is set aside
 * Returns: 0; -ENOSPC and its kin before the first byte is written.
 */
int target_begin(struct target *t, uint64_t size);

/**
 * target_end - it is whole
 * No fsync(2) of a file: it is made in place, by whoever can make it again. A block device is flushed, as
 * nobody else would hear of its errors. Returns: 0 or -errno.
 */
int target_end(struct target *t);

/** target_clear - close; without an end before, a file is emptied, and one that was new removed. */
void target_clear(struct target *t);

#endif
