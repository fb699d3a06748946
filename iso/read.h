/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_READ_H
#define ISO_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reads ISO 9660 (ECMA-119), as far as a config drive needs it: the primary volume descriptor at sector 16, its
 * directory tree, and names. A name comes from Rock Ridge NM entries or, if there are none, is the plain name. No heap
 * and no recursion are used, and every number is checked before it is used. The host and the guest use this same code.
 */
#define ISO_SECTOR    2048
#define ISO_LABEL_MAX 32

/* The first bytes of the primary volume descriptor: its type, and the standard identifier (ECMA-119, 8.4.1 and
 * 8.4.2). */
#define ISO_MAGIC      "\1CD001"
#define ISO_MAGIC_SIZE 6

/** iso_sectors - how many sectors are needed to hold @len bytes. */
static inline uint64_t iso_sectors(uint64_t len)
{
	return (len + ISO_SECTOR - 1) / ISO_SECTOR;
}

/* Reads the image. @read_at reads all @len bytes at offset @off, and returns 0 or a negative errno. */
struct iso_input {
	int (*read_at)(void *ctx, uint64_t off, void *buf, size_t len);
	void *ctx;
};

struct iso_entry {
	uint32_t lba; /* first sector of the content, after any extended attributes */
	uint64_t len; /* bytes; adjacent extents of one file are joined */
	bool is_dir;
	char name[256]; /* Rock Ridge name; if there is none, the plain name without its version */
};

struct iso_volume {
	struct iso_input in;
	uint32_t sectors;              /* volume space size */
	char label[ISO_LABEL_MAX + 1]; /* without trailing spaces */
	struct iso_entry root;
};

/* The position in a directory that is being read. One sector is read at a time. */
struct iso_dir {
	const struct iso_volume *vol;
	/* The part that is not read yet: its first sector, and the number of sectors. */
	uint32_t lba, sectors;
	size_t pos; /* offset in @sector; ISO_SECTOR: the next sector must be read */
	uint8_t sector[ISO_SECTOR];
};

/**
 * iso_volume_open - read and check the primary volume descriptor
 * Returns: 0; -ENOMSG if there is none (a blank disk, another file system); -EBADMSG if it
 * contradicts itself; or the error of @in.read_at.
 */
int iso_volume_open(struct iso_volume *ret, struct iso_input in);

/** iso_dir_open - begin to read @dir. Returns: 0; -ENOTDIR for a file; -EBADMSG if its size is not whole sectors. */
int iso_dir_open(struct iso_dir *d, const struct iso_volume *vol, const struct iso_entry *dir);

/**
 * iso_dir_next - read the next entry; "." and ".." are skipped
 * Returns: 1 with @ret; 0 at the end; -EBADMSG for a malformed record; or a read error.
 */
int iso_dir_next(struct iso_dir *d, struct iso_entry *ret);

/**
 * iso_find - follow a path from the root
 * @path: names separated by slashes; without Rock Ridge, names must have the 8.3 form
 *
 * Upper and lower case are equal: some programs write plain names in capitals, others keep the case.
 * Returns: 0; -ENOENT; -ENOTDIR; else as iso_dir_next().
 */
int iso_find(const struct iso_volume *vol, const char *path, struct iso_entry *ret);

/** iso_find_below - the same as iso_find(), but the path begins in the folder @dir, an entry of @vol. */
int iso_find_below(const struct iso_volume *vol, const struct iso_entry *dir, const char *path,
	struct iso_entry *ret);

/**
 * iso_read - read @len bytes at offset @off of a file
 * Returns: 0; -EINVAL: the file ends before that; or a read error.
 */
int iso_read(const struct iso_volume *vol, const struct iso_entry *file, uint64_t off, void *buf,
	size_t len);

#endif
