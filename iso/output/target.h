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
 * Writes a regular file in place, for callers who hold it open, or who have created it with the owner and mode that it
 * must keep. Replacing a file (iso/output/replace.h) is safer, so this is only for those callers.
 */
struct target {
	int fd;
	const char *path;   /* NULL: standard output */
	struct stat st;     /* of the file when it was opened */
	struct place place; /* of a file that we created */
	bool created;       /* we created the file */
	bool begun;         /* its old content is lost */
};

/**
 * target_open - open or create @path, without changing an existing file
 * @t:    the caller's storage; the caller calls target_clear() in the end, also after an error
 * @path: symbolic links are followed, by the kernel; NULL: standard output; the caller keeps the string
 * @warn: kept by the caller, or NULL
 *
 * A new file has mode 0600, whatever the umask and the folder's default ACL. Refused are: anything but a regular file;
 * a file that a virtual machine or another run has locked; a file that a loop device uses.
 * Returns: 0 or -errno with @f.
 */
int target_open(
	struct target *t, const char *path, const struct warning_sink *warn, struct fault *f);

/**
 * target_begin - reserve space for @size bytes, and discard the old content
 * An old image is invalidated on stable storage before the first byte of the new one is written.
 * Returns: 0 or -errno; if there is too little space (-ENOSPC, -EDQUOT, -EFBIG), nothing has changed.
 */
int target_begin(struct target *t, uint64_t size);

/** target_end - flush the complete file to stable storage. Returns: 0 or -errno. */
int target_end(struct target *t);

/** target_clear - close; without a target_end() before, the file is emptied, and a file that we created is removed. */
void target_clear(struct target *t);

#endif
