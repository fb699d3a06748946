/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_WRITE_H
#define ISO_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "iso/names.h"
#include "iso/read.h"
#include "iso/tree.h"
#include "util/fault.h"

/**
 * ISO_MULTIPLE - the size of every image is a multiple of this: no disk has larger sectors, and what reads or writes past
 * the page cache, as QEMU does with cache.direct=on, moves whole sectors
 */
#define ISO_MULTIPLE 4096u

#define ISO_FILE_MAX UINT32_MAX /* bytes in one extent, so in a file of levels 1 and 2 */

enum { ISO_UID = 1, ISO_GID = 2, ISO_FILE_MODE = 4, ISO_DIR_MODE = 8 };

/* Rock Ridge: what all have, but those that tree_add_bytes() brought. Only what is in @forced counts. */
struct iso_attributes {
	unsigned forced;
	uint32_t uid, gid;
	mode_t file_mode, dir_mode;
};

struct iso_options {
	const char *label;       /* at most 32 bytes */
	const char *publisher;   /* at most 128 bytes; NULL: none */
	const char *preparer;    /* the same */
	const char *application; /* NULL: ours */
	const char *system;      /* at most 32 bytes; NULL: ours */
	const char *volume_set;  /* at most 128 bytes; NULL: none */
	struct iso_names names;  /* in the plain tree */
	bool large_files; /* of more than ISO_FILE_MAX bytes; @names of level 1 are those of level 3 then, where there is one */
	bool rock_ridge;
	bool keep_owners; /* Rock Ridge: modes and owners as they are, not readable by all and root's */
	struct iso_attributes attributes;
	bool joliet;
	bool joliet_long;  /* 103 characters to a name, rather than 64 */
	bool joliet_utf16; /* characters that UCS-2 has not are two of UTF-16, rather than _ */
	uint32_t
		multiple; /* of which the image's size is one, in bytes: ISO_MULTIPLE or a multiple of it; 0: ISO_MULTIPLE */
	bool fixed_time; /* every time stamp is @time: same tree, same bytes */
	time_t time;     /* of the volume */
};

/*
 * libisofs makes all that comes before the first file's content: descriptors, path tables and the
 * directories of each tree. The contents are ours: they never pass through the library, so that it
 * cannot keep a secret, pad a file that shrank, or follow a path that changed.
 */
struct iso_layout {
	uint8_t *head; /* up to the first sector of content */
	size_t head_len;
	uint64_t size;           /* of the image, with the zeros at its end */
	uint32_t multiple;       /* @size becomes a multiple of this in _end */
	struct tree_node **file; /* in the order of their contents */
	size_t files;
	struct burn_source *source;      /* libisofs, at work between _begin and _end, ... */
	bool ended;                      /* ... which it is no more */
	const struct tree_node *refused; /* what libisofs would not take */
	bool named;                      /* the image has the names as they are */
	bool keep_owners;                /* Rock Ridge */
	struct iso_attributes attributes;
	bool descriptors_last; /* for _write: until then nobody takes it for an image */
};

/**
 * iso_layout_begin - have libisofs decide where everything goes; it works in a thread of its own
 * @l: the caller's storage; needs iso_layout_clear() in the end, also after an error
 * @t: its names and sizes must stay as they are from now on; contents may still come
 *
 * Returns: 0 or -errno, @f with words for it.
 */
int iso_layout_begin(
	struct iso_layout *l, const struct tree *t, const struct iso_options *o, struct fault *f);

/**
 * iso_layout_end - take the head, and set @lba in every file of the tree
 * What libisofs laid out is read back with iso/read and compared before it is believed. Best called
 * late: each sector that has to be waited for costs two changes of threads.
 */
int iso_layout_end(struct iso_layout *l, struct fault *f);

/** How far a long write has come, in bytes. */
typedef void iso_progress(void *ctx, uint64_t done, uint64_t total);

/**
 * iso_layout_write - the image, from its first byte to its last, in one pass
 * @l:      with @descriptors_last: they are blank in that pass, and written when all else is on stable storage
 * @fd:     a file or a pipe; for @descriptors_last one that can be written at a place, and stands at 0
 * @buf:    working storage, a multiple of 2 KiB; secrets pass through it
 * @report: called now and then, or NULL
 *
 * At the end each file is checked as tree_check() does: one that changed on the way is an error.
 */
int iso_layout_write(const struct iso_layout *l, const struct tree *t, int fd, uint8_t *buf,
	size_t buf_len, iso_progress *report, void *ctx, struct fault *f);

void iso_layout_clear(struct iso_layout *l);

#define ISO_SYSTEM_AREA ((size_t)16 * ISO_SECTOR) /* before the volume descriptors; zeros */

/** iso_descriptors_end - behind those that make it an image; @image: all of it, or its head. */
size_t iso_descriptors_end(const uint8_t *image, size_t len);

#endif
