/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_FILE_H
#define GUEST_FILE_H

#include <stddef.h>

/**
 * file_replace - a small file under a new name, on stable storage, then in the old one's place, durably
 * @folder: open
 * @name:   in it; @name with ".new" behind is ours, too
 * @mode:   as open(2) has it
 *
 * Whole or not at all: on error the older file is as it was, unless only the last step, the folder's sync, failed.
 * Returns: 0 or -errno.
 */
int file_replace(int folder, const char *name, const void *data, size_t len, unsigned mode);

#endif
