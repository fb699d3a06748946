/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_READ_H
#define ISO_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * ECMA-119 as far as a config drive needs it: the primary volume descriptor at sector 16, its tree,
 * names as Rock Ridge NM entries give them, else the plain ones. No heap, no recursion; every
 * number is checked before it is used. The host and the guest read with this same code.
 */
#define ISO_SECTOR    2048
#define ISO_LABEL_MAX 32

/* How the primary volume descriptor begins: its type, and the standard identifier (ECMA-119, 8.4.1 and 8.4.2). */
#define ISO_MAGIC      "\1CD001"
#define ISO_MAGIC_SIZE 6

/** iso_sectors - how many it takes to hold @len bytes. */
static inline uint64_t iso_sectors(uint64_t len)
{
	return (len + ISO_SECTOR - 1) / ISO_SECTOR;
}

/* Where the image lies. @read_at fills all of @len from @off, or returns a negative errno. */
struct iso_input {
	int (*read_at)(void *ctx, uint64_t off, void *buf, size_t len);
	void *ctx;
};

struct iso_entry {
	uint32_t lba; /* first sector of the content, behind any extended attributes */
	uint64_t len; /* bytes; extents of one file that follow one another count as one */
	bool is_dir;
	char name[256]; /* Rock Ridge NM; without one the plain name, its version cut off */
};

struct iso_volume {
	struct iso_input in;
	uint32_t sectors;              /* volume space size */
	char label[ISO_LABEL_MAX + 1]; /* trailing spaces cut off */
	struct iso_entry root;
};

/* A walk through one directory, a sector at a time. */
struct iso_dir {
	const struct iso_volume *vol;
	uint32_t lba, sectors; /* not yet loaded */
	size_t pos;            /* in @sector; ISO_SECTOR: load the next one */
	uint8_t sector[ISO_SECTOR];
};

/**
 * iso_volume_open - read and check the primary volume descriptor
 * Returns: 0; -ENOMSG where there is none (blank, another file system); -EBADMSG where it
 * contradicts itself; or what @in->read_at returned.
 */
int iso_volume_open(struct iso_volume *ret, struct iso_input in);

/** iso_dir_open - begin with @dir; -ENOTDIR for a file, -EBADMSG for an extent off the volume. */
int iso_dir_open(struct iso_dir *d, const struct iso_volume *vol, const struct iso_entry *dir);

/**
 * iso_dir_next - the next entry, "." and ".." left out
 * Returns: 1 with @ret filled, 0 at the end, -EBADMSG for a malformed record, or a read error.
 */
int iso_dir_next(struct iso_dir *d, struct iso_entry *ret);

/**
 * iso_find - follow a path from the root
 * @path: names with slashes between; up to 8.3 each unless the image has Rock Ridge
 *
 * Compared without case: plain names stand on some drives in capitals, on others as they were.
 * Returns: 0; -ENOENT; -ENOTDIR; else as iso_dir_next().
 */
int iso_find(const struct iso_volume *vol, const char *path, struct iso_entry *ret);

/** iso_find_below - the same from the folder @dir, an entry of @vol, instead of the root. */
int iso_find_below(const struct iso_volume *vol, const struct iso_entry *dir, const char *path,
	struct iso_entry *ret);

/** iso_read - @len bytes at @off of a file; -EINVAL beyond its end. */
int iso_read(const struct iso_volume *vol, const struct iso_entry *file, uint64_t off, void *buf,
	size_t len);

#endif
