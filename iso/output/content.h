/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_CONTENT_H
#define ISO_OUTPUT_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CONTENT_WORDS 256

/*
 * Finds out with libblkid what a device contains: file systems, RAID members, encrypted volumes and partition tables.
 * They are found even if their checksum is wrong.
 */

/**
 * content_find - describe the first content that is found
 * @fd:    open for reading
 * @words: the type of the content, and its label if it has one; untouched if nothing is found
 * Returns: 1: something was found; 0: nothing was found; or -errno.
 */
int content_find(int fd, char words[CONTENT_WORDS]);

/** content_is_zero - are all bytes zero? */
static inline bool content_is_zero(const uint8_t *p, size_t len)
{
	return len == 0 || (p[0] == 0 && memcmp(p, p + 1, len - 1) == 0);
}

/**
 * content_erase - erase the signatures of all content that is found, as wipefs(8) does, so that no program believes
 * that the device still has its old content
 * @fd: open for reading and writing. Returns: 0 or -errno.
 */
int content_erase(int fd);

/* Both functions, for struct disk. A program that overwrites devices without checking them leaves them NULL, and so
 * does not need libblkid. */
struct content {
	int (*find)(int fd, char words[CONTENT_WORDS]);
	int (*erase)(int fd);
};

extern const struct content content_known;

#endif
