/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_IMAGE_H
#define DRIVE_IMAGE_H

#include "iso/read.h"
#include "seed/mix.h"
#include "util/wire/record.h"
#include "util/fault.h"

/*
 * Limits on what is read of one image, so that reading ends within two seconds, whoever made the image. A real drive
 * needs a hundredth of this; a crafted image of 8 KiB could make us read a million times as much.
 */
#define IMAGE_SECTORS_MAX  32768u      /* sectors read in all: 64 MiB */
#define IMAGE_FOLDERS_MAX  4096u       /* folders below openstack/ */
#define IMAGE_METADATA_MAX MIX_ALL_MAX /* bytes of all meta_data.json files together */
#define IMAGE_READING_MS   1500u       /* milliseconds spent in reads */

/* Metadata, and what the files are called in a tree that has 8.3 names and no Rock Ridge. */
#define IMAGE_METADATA     "meta_data.json"
#define IMAGE_METADATA_CUT "meta_dat.jso"
#define IMAGE_NOTE_CUT     "seedrive.jso"

/* How much was used of these limits; @exceeded: a description of the limit that was exceeded, else NULL. */
struct image_budget {
	uint64_t sectors, metadata, ns;
	unsigned folders; /* in the current walk */
	const char *exceeded;
};

/* An existing image, read with the guest's own reader. The struct must not be moved while it is open. */
struct image {
	const char *path;
	int fd;
	uint64_t size; /* bytes of the image file */
	struct image_budget budget;
	struct iso_volume volume;
	struct iso_entry record_file, note_file, metadata_folder; /* in the root */
	bool has_record, has_note, has_metadata;
	int root_error; /* why the root could be read only in part: -errno; 0: it was read whole */
	bool spent;     /* a tombstone is in the place of the record; @record has no seed */
	struct record record; /* points into @secret */
	struct image_secret *secret;
};

/**
 * image_open - open, check the volume, and parse the record if there is one
 * @flags: O_RDONLY; or O_RDWR, which also takes output_lock(). With O_NOFOLLOW no component of @path may be a symbolic
 *         link, and @path must be a regular file
 *
 * Anything that is neither a regular file nor a block device is refused without being opened.
 * The caller calls image_close() in the end, also after an error.
 * Returns: 0 or -errno with @f; -EBADMSG if the record is malformed.
 */
int image_open(struct image *im, const char *path, int flags, struct fault *f);

void image_close(struct image *im);

/* The position of a walk over the metadata files; the caller zeroes it before the first call of image_metadata(). */
struct image_walk {
	struct iso_dir versions; /* what is below openstack/ */
	bool begun;
};

#define IMAGE_METADATA_PATH (sizeof(((struct iso_entry *)0)->name) + 32)

/**
 * image_metadata - find the next openstack/VERSION/meta_data.json; each is returned once
 * @w:        the walk, in the caller's storage
 * @ret_file: the file; valid if 1 is returned
 * @path:     the path of the file in the image
 * Returns: 1; 0 after the last one; -errno if a folder cannot be read.
 */
int image_metadata(struct image *im, struct image_walk *w, struct iso_entry *ret_file,
	char path[IMAGE_METADATA_PATH]);

/**
 * image_metadata_text - read the whole content of a file that image_metadata() found
 * @ret_text: @file->len bytes, secret; the caller frees them with secret_free()
 * Returns: 0; -EFBIG if mix_size() refuses the file, which is then not read; or another -errno.
 */
int image_metadata_text(struct image *im, const struct iso_entry *file, char **ret_text);

/**
 * image_check_metadata - can all metadata be read within the limits, even if the folders are read twice?
 * Callers check this before they write anything, so that they cannot fail in the middle. Reads only folders, no files.
 * Returns: 0 or -errno with @f.
 */
int image_check_metadata(struct image *im, struct fault *f);

/**
 * image_fault - set @f after an error in reading @im
 * @r:    the -errno that one of the above functions returned
 * @what: what was being read, for example "openstack"
 * If a limit was exceeded, the message says so, whatever @r is. Returns: @r.
 */
int image_fault(const struct image *im, int r, const char *what, struct fault *f);

#endif
