/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_ROOM_H
#define ISO_OUTPUT_ROOM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/** room_of_memory - how many bytes of memory are available without swapping; the kernel's estimate. */
uint64_t room_of_memory(void);

/**
 * room_reserve - reserve disk space before the first byte of a file changes
 * @fd:   a regular file, open for writing; its size and content do not change
 * @st:   the state of the file; blocks that it already has are not reserved again
 * @size: bytes that the file will have
 *
 * Checks the file system's free space, then reserves blocks. No blocks are reserved for a new file on tmpfs or ramfs:
 * there the kernel would clear each page, which takes as long as writing it.
 * Returns: 0; -ENOSPC, -EDQUOT or -EFBIG: the file is unchanged.
 */
int room_reserve(int fd, const struct stat *st, uint64_t size);

#endif
