/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_FILE_H
#define GUEST_FILE_H

#include <stddef.h>

/**
 * file_replace - write a small file under a temporary name, flush it, and rename it over the old one, durably
 * @folder: an open descriptor
 * @name:   of the file in @folder; a file that has this name with ".new" appended is overwritten too
 * @mode:   as for open(2)
 *
 * The file is replaced completely or not at all: on error the old file is unchanged. There is one exception: if only
 * the last step failed, which flushes the folder, the file has been replaced.
 * Returns: 0 or -errno.
 */
int file_replace(int folder, const char *name, const void *data, size_t len, unsigned mode);

#endif
