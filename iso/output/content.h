/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_CONTENT_H
#define ISO_OUTPUT_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CONTENT_WORDS 256

/*
 * What a device holds, by what libblkid knows: file systems, RAID members, encrypted volumes, partition tables,
 * those with a wrong checksum too.
 */

/**
 * content_find - the first that is found
 * @fd:    open to be read
 * @words: its name, and its label if it has one; untouched where there is none
 * Returns: 1 found, 0 nothing that is known, or -errno.
 */
int content_find(int fd, char words[CONTENT_WORDS]);

/** content_is_zero - zeros, and nothing else. */
static inline bool content_is_zero(const uint8_t *p, size_t len)
{
	return len == 0 || (p[0] == 0 && memcmp(p, p + 1, len - 1) == 0);
}

/**
 * content_erase - the marks by which each of them is known, so that nobody sees two things in one device
 * As wipefs(8) does. @fd: open to be read and written. Returns: 0 or -errno.
 */
int content_erase(int fd);

/* Both, for a disk: programs that are to overwrite whatever there is need no libblkid. */
struct content {
	int (*find)(int fd, char words[CONTENT_WORDS]);
	int (*erase)(int fd);
};

extern const struct content content_known;

#endif
