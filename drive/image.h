/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_IMAGE_H
#define DRIVE_IMAGE_H

#include "iso/read.h"
#include "util/wire/record.h"
#include "util/fault.h"

/* A drive that stands, looked at with the guest's own reader. */
struct image {
	const char *path;
	int fd;
	uint64_t size;            /* of the file */
	struct iso_volume volume; /* its label with '?' for what is not ASCII text */
	struct iso_entry record_file, note_file;
	bool has_record, has_note;
	bool spent;           /* a tombstone stands in the record's place; @record has no seed */
	struct record record; /* points into @secret */
	struct image_secret *secret;
};

/**
 * image_open - open, check the volume, and parse the record if there is one
 * @flags: O_RDONLY; or O_RDWR, which locks it against virtual machines and others like us
 *
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
int image_metadata(const struct image *im, struct image_walk *w, struct iso_entry *ret_file,
	char path[IMAGE_METADATA_PATH]);

#endif
