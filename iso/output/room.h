/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_ROOM_H
#define ISO_OUTPUT_ROOM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/** room_of_memory - bytes that can be had without taking them from others, as the kernel estimates that. */
uint64_t room_of_memory(void);

/**
 * room_reserve - ask for space before the first byte of a file changes
 * @fd:   a regular file, open to be written; its size and what is in it stay as they are
 * @st:   of it: the blocks that it has already are not asked for again
 * @size: of what will be in it
 *
 * First the file system is asked how much is free, then the blocks are reserved where that is cheap: a file system in
 * memory clears each page for it, which takes as long as writing the page, so that of a new file it is only asked.
 * Returns: 0; -ENOSPC, -EDQUOT or -EFBIG, and the file is as it was.
 */
int room_reserve(int fd, const struct stat *st, uint64_t size);

#endif
