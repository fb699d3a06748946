/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_WRITE_H
#define ISO_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "iso/ahead.h"
#include "iso/names.h"
#include "iso/read.h"
#include "iso/tree.h"
#include "util/fault.h"

/**
 * ISO_MULTIPLE - the size of every image is a multiple of this many bytes. Programs that bypass the page cache, such as
 * QEMU with cache.direct=on, can only read and write whole sectors of the disk, and no disk has larger sectors.
 */
#define ISO_MULTIPLE 4096u

#define ISO_FILE_MAX UINT32_MAX /* bytes of one extent, and so of a file in ISO levels 1 and 2 */

enum { ISO_UID = 1, ISO_GID = 2, ISO_FILE_MODE = 4, ISO_DIR_MODE = 8 };

/* Rock Ridge attributes for all nodes. Files from tree_add_bytes() keep their own; so do, for the mode, folders that
 * exist only in the image. Members that are not in @forced are unused. */
struct iso_attributes {
	unsigned forced;
	uint32_t uid, gid;
	mode_t file_mode, dir_mode;
};

struct iso_options {
	const char *label;       /* at most 32 bytes */
	const char *publisher;   /* at most 128 bytes; NULL: none */
	const char *preparer;    /* at most 128 bytes; NULL: none */
	const char *application; /* at most 128 bytes; NULL: "SEEDRIVE" */
	const char *system;      /* at most 32 bytes; NULL: "LINUX" */
	const char *volume_set;  /* at most 128 bytes; NULL: none */
	struct iso_names names;  /* how plain names are made */
	/* Allow files of more than ISO_FILE_MAX bytes; if there is such a file, level 1 becomes level 3. */
	bool large_files;
	bool rock_ridge;
	/* Rock Ridge: keep modes and owners; if false, root owns everything, and all may read it. */
	bool keep_owners;
	struct iso_attributes attributes;
	bool joliet;
	bool joliet_long; /* names can have up to 103 characters; if false, up to 64 */
	/* Write a character outside UCS-2 as a UTF-16 surrogate pair; if false, as _. */
	bool joliet_utf16;
	/* The image's size becomes a multiple of this, itself a multiple of ISO_MULTIPLE; 0: ISO_MULTIPLE. */
	uint32_t multiple;
	bool fixed_time; /* set every time stamp to @time, so that the same tree gives the same bytes */
	time_t time;     /* creation time of the volume */
	/* iso_layout_begin() begins it, so that small files are read in the meantime. The caller ends it after
	 * iso_layout_write(). NULL: each file is read when it is written. */
	struct ahead *ahead;
};

/*
 * libisofs generates everything that precedes the first file's content: descriptors, path tables, and the directories
 * of each tree. We write the contents ourselves. They never pass through the library, so it cannot keep a copy of a
 * secret, pad a file that shrank, or follow a path that changed.
 */
struct iso_layout {
	uint8_t *head;              /* everything before the first sector of content */
	size_t head_len, head_size; /* bytes that were read so far, and bytes in all */
	uint64_t size;              /* bytes of the image, with the zeros at its end */
	uint32_t multiple;          /* iso_layout_end() rounds @size up to a multiple of this */
	struct tree_node **file;    /* all files, in the order of their contents */
	size_t files;
	struct burn_source *source;      /* the output of libisofs, which is the head */
	bool ended;                      /* the work of libisofs was ended */
	const struct tree_node *refused; /* the node that libisofs refused, for the message */
	/* The image has Rock Ridge, which stores the unchanged names. */
	bool named;
	bool keep_owners;    /* as in struct iso_options */
	struct ahead *ahead; /* as in struct iso_options */
	struct iso_attributes attributes;
	/* For iso_layout_write(): a half-written file has no descriptors yet, so nobody takes it for an image. */
	bool descriptors_last;
};

/**
 * iso_layout_begin - let libisofs lay out the image
 * @l: the caller's storage; the caller calls iso_layout_clear() in the end, also after an error
 * @t: names and sizes must not change from now on; contents of @bytes may still be filled in
 *
 * Returns: 0 or -errno with @f.
 */
int iso_layout_begin(
	struct iso_layout *l, const struct tree *t, const struct iso_options *o, struct fault *f);

/**
 * iso_layout_end - take the head from libisofs, and set @lba in every file of the tree
 * The layout is read back with iso/read.h and compared with what we expect. Returns: 0 or -errno with @f.
 */
int iso_layout_end(struct iso_layout *l, struct fault *f);

/** Called with the progress of a long write: @done of @total bytes. */
typedef void iso_progress(void *ctx, uint64_t done, uint64_t total);

/**
 * iso_layout_write - write the image from its first byte to its last, in one pass
 * @l:      if @descriptors_last is set, zeros are written first in the place of the volume descriptors; the descriptors
 *          are written only when everything else is on stable storage
 * @fd:     a file or a pipe; if @descriptors_last is set, a file that is seekable and whose offset is 0
 * @buf:    working storage; @buf_len is a multiple of 2 KiB; secrets pass through it, so the caller wipes it
 * @report: called from time to time, or NULL
 *
 * At the end each file is checked as tree_check() does: if a file has changed meanwhile, that is an error.
 * Returns: 0; or -errno: for a fault of a source file with @f, for a fault of @fd with an empty @f->text.
 */
int iso_layout_write(const struct iso_layout *l, const struct tree *t, int fd, uint8_t *buf,
	size_t buf_len, iso_progress *report, void *ctx, struct fault *f);

void iso_layout_clear(struct iso_layout *l);

#define ISO_SYSTEM_AREA ((size_t)16 * ISO_SECTOR) /* zeros before the volume descriptors */

/** iso_descriptors_end - the offset just after the volume descriptors; @image: the whole image, or its head. */
size_t iso_descriptors_end(const uint8_t *image, size_t len);

#endif
