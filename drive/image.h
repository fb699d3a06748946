/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_IMAGE_H
#define DRIVE_IMAGE_H

#include "iso/read.h"
#include "seed/mix.h"
#include "util/wire/record.h"
#include "util/fault.h"

/*
 * What may be read of one image, whoever made it, so that reading ends within two seconds. A drive needs a hundredth
 * of it; an image of 8 KiB on the disk can ask for a million times as much.
 */
#define IMAGE_SECTORS_MAX  32768u      /* all that is read: 64 MiB */
#define IMAGE_FOLDERS_MAX  4096u       /* below openstack/ */
#define IMAGE_METADATA_MAX MIX_ALL_MAX /* bytes of all meta_data.json files that are read */
#define IMAGE_READING_MS   1500u       /* spent in waiting for what is read */

/* What was used of that; @exceeded: the one of which there was too little, in words, else NULL. */
struct image_budget {
	uint64_t sectors, metadata, ns;
	unsigned folders; /* of one walk */
	const char *exceeded;
};

/* A drive that stands, looked at with the guest's own reader. It must not be moved while it is open. */
struct image {
	const char *path;
	int fd;
	uint64_t size; /* of the file */
	struct image_budget budget;
	struct iso_volume volume;
	struct iso_entry record_file, note_file, metadata_folder; /* in the root */
	bool has_record, has_note, has_metadata;
	int root_error;       /* the root could be read up to here: 0, or -errno */
	bool spent;           /* a tombstone stands in the record's place; @record has no seed */
	struct record record; /* points into @secret */
	struct image_secret *secret;
};

/**
 * image_open - open, check the volume, and parse the record if there is one
 * @flags: O_RDONLY; or O_RDWR, which locks it against virtual machines and others like us; and O_NOFOLLOW where no
 *         part of @path may be a symbolic link: then it has to be a regular file
 *
 * What is neither a regular file nor a block device is not opened at all.
 * Needs image_close() in the end, also after an error.
 * Returns: 0 or -errno with @f; a record that is refused is -EBADMSG.
 */
int image_open(struct image *im, const char *path, int flags, struct fault *f);

void image_close(struct image *im);

/* A walk over the versions of the metadata; zeroed before the first call of image_metadata(). */
struct image_walk {
	struct iso_dir versions; /* what is below openstack/ */
	bool begun;
};

#define IMAGE_METADATA_PATH (sizeof(((struct iso_entry *)0)->name) + 32)

/**
 * image_metadata - the next openstack/VERSION/meta_data.json; each of them once
 * @w:        the walk, in storage of the caller
 * @ret_file: the file; valid if 1 is returned
 * @path:     the path of the file in the image
 * Returns: 1; 0 after the last one; -errno if a folder cannot be read.
 */
int image_metadata(struct image *im, struct image_walk *w, struct iso_entry *ret_file,
	char path[IMAGE_METADATA_PATH]);

/**
 * image_metadata_text - all of a file that image_metadata() found
 * @ret_text: @file->len bytes, secret; the caller gives them back with secret_free()
 * Returns: 0; -EFBIG if mix_size() refuses the file, which is then not read; or another -errno.
 */
int image_metadata_text(struct image *im, const struct iso_entry *file, char **ret_text);

/**
 * image_check_metadata - can all of the metadata be read within bounds, also a second time?
 * Asked before anything is written, so that nobody ends in the middle. Reads folders alone.
 * Returns: 0 or -errno with @f.
 */
int image_check_metadata(struct image *im, struct fault *f);

/**
 * image_fault - what reading @im came to
 * @r: -errno of one of the above
 * @what: what was read of it, as "openstack"
 * Returns: @r, @f with words; that the budget was exceeded goes before all else.
 */
int image_fault(const struct image *im, int r, const char *what, struct fault *f);

#endif
