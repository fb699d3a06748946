/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/owned.h"
#include "drive/overlap.h"
#include "seed/mix.h"
#include "util/secret.h"
#include "util/wire/note.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PVD_SECTOR 16

/* --- record and note --- */

/* Reads volume descriptor, record and note, one after the other, into one buffer. The caller frees it with
 * secret_free(), also after an error. */
static uint8_t *read_all(const struct image *im, size_t *ret_len, int *ret_err)
{
	const struct iso_input *in = &im->volume.in;
	const size_t record = (size_t)im->record_file.len;
	uint8_t *all = secret_new(ISO_SECTOR + record + RECORD_NOTE_SIZE);

	*ret_err = all ? in->read_at(in->ctx, (uint64_t)PVD_SECTOR * ISO_SECTOR, all, ISO_SECTOR) :
			 -ENOMEM;
	if (*ret_err == 0)
		*ret_err = iso_read(&im->volume, &im->record_file, 0, all + ISO_SECTOR, record);
	if (*ret_err == 0)
		*ret_err = iso_read(&im->volume, &im->note_file, 0, all + ISO_SECTOR + record,
			RECORD_NOTE_SIZE);
	*ret_len = ISO_SECTOR + record + RECORD_NOTE_SIZE;
	return all;
}

static int look(const struct image *im, struct owned *ret, struct fault *f)
{
	size_t len;
	int r;
	uint8_t *all = read_all(im, &len, &r);

	if (r < 0) {
		image_fault(im, r, RECORD_NAME, f);
	} else if (!note_has_seed_id(
			   (const char *)all + len - RECORD_NOTE_SIZE, im->record.seed_id)) {
		r = fault_set(f, -EBADMSG, "%s: %s does not contain the record's seed_id", im->path,
			RECORD_NOTE_NAME);
	} else {
		sha256(all, len, ret->digest);
	}
	secret_free(all);
	return r;
}

static int check_pair(const struct image *im, struct fault *f)
{
	if (!im->has_record || im->record_file.is_dir)
		return fault_set(f, -ENOENT, "%s: no seed record to renew", im->path);
	if (!im->has_note || im->note_file.is_dir || im->note_file.len != RECORD_NOTE_SIZE ||
		im->record_file.len % RECORD_SECTOR != 0 ||
		im->note_file.lba != im->record_file.lba + im->record_file.len / RECORD_SECTOR)
		return fault_set(f, -EBADMSG,
			"%s: %s is missing or damaged, or does not directly follow the record",
			im->path, RECORD_NOTE_NAME);
	return 0;
}

/* --- their place --- */

struct files {
	struct own_file *file;
	size_t count;
};

static int add(struct files *files, struct own_file file)
{
	/* The array is full when the count is a power of two: double it. */
	if ((files->count & (files->count - 1)) == 0) {
		const size_t room = files->count ? 2 * files->count : 1;
		struct own_file *all = realloc(files->file, room * sizeof(*all));

		if (!all)
			return -ENOMEM;
		files->file = all;
	}
	files->file[files->count++] = file;
	return 0;
}

static int add_metadata(struct image *im, struct files *files)
{
	struct own_file own = { .name = IMAGE_METADATA, .cut = IMAGE_METADATA_CUT };
	char path[IMAGE_METADATA_PATH];
	struct image_walk walk = { 0 };
	int r;

	while ((r = image_metadata(im, &walk, &own.file, path)) > 0)
		if (mix_size(own.file.len) == 0) {
			r = add(files, own);
			if (r < 0)
				break;
		}
	return r;
}

static int check_place(struct image *im, struct fault *f)
{
	struct files files = { 0 };
	int r = add(&files, (struct own_file){ im->record_file, RECORD_NAME, NULL });

	if (r == 0)
		r = add(&files,
			(struct own_file){ im->note_file, RECORD_NOTE_NAME, IMAGE_NOTE_CUT });
	if (r == 0)
		r = add_metadata(im, &files);
	if (r < 0)
		image_fault(im, r, "openstack", f);
	else
		r = overlap_check(im, files.file, files.count, f);
	free(files.file);
	return r;
}

int owned_check(struct image *im, struct owned *ret, struct fault *f)
{
	int r = check_pair(im, f);

	if (r == 0)
		r = check_place(im, f);
	return r < 0 ? r : look(im, ret, f);
}

int owned_check_again(struct image *im, const struct owned *before, struct fault *f)
{
	struct stat held, named;
	struct owned now;
	int r;

	if (fstat(im->fd, &held) < 0 || stat(im->path, &named) < 0)
		return fault_errno(f, -errno, im->path);
	if (S_ISBLK(held.st_mode) ? held.st_rdev != named.st_rdev :
				    held.st_ino != named.st_ino || held.st_dev != named.st_dev)
		return fault_set(f, -ESTALE, "%s: was replaced meanwhile", im->path);
	r = owned_check(im, &now, f);
	if (r == 0 && memcmp(now.digest, before->digest, SHA256_SIZE) != 0)
		r = fault_set(f, -ESTALE, "%s: was changed meanwhile", im->path);
	return r;
}
