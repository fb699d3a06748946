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
 * Writes a regular file in place. Some callers need that because they hold the file open, or because they have created
 * it with the owner and mode that it must keep. For all others, replacing the file (iso/output/replace.h) is safer.
 */
struct target {
	int fd;
	const char *path;   /* NULL: standard output */
	struct stat st;     /* the state of the file when it was opened */
	struct place place; /* the place of a file that we created */
	bool created;       /* we created the file */
	bool locked;        /* standard output, which others have open too, is locked */
	bool begun;         /* its old content is lost */
};

/**
 * target_open - open or create @path, without changing an existing file
 * @t:    the caller's storage; the caller calls target_clear() in the end, also after an error
 * @path: symbolic links are followed, by the kernel; NULL: standard output; the caller keeps the string
 *
 * A new file has mode 0600, whatever the umask and the folder's default ACL are. Refuses anything but a regular file,
 * and a file that a virtual machine or another run has locked.
 * Returns: 0 or -errno with @f.
 */
int target_open(struct target *t, const char *path, struct fault *f);

/**
 * target_begin - reserve space for @size bytes, and discard the old content
 * An old image is invalidated on stable storage before the first byte of the new one is written.
 * Returns: 0 or -errno; -ENOSPC, -EDQUOT, -EFBIG: there is too little space, and nothing has changed.
 */
int target_begin(struct target *t, uint64_t size);

/** target_end - flush the complete file to stable storage. Returns: 0 or -errno. */
int target_end(struct target *t);

/** target_clear - close. If target_end() has not succeeded before, empty the file, and remove it if we created it. */
void target_clear(struct target *t);

#endif
