/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/image.h"
#include "iso/output/holder.h"
#include "iso/output/lock.h"
#include "util/io.h"
#include "util/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTE_NAME_CUT "seedrive.jso"
#define METADATA      "meta_data.json"

struct image_secret {
	uint8_t record[RECORD_SIZE_MAX];
};

static int read_at(void *ctx, uint64_t off, void *buf, size_t len)
{
	const int *fd = ctx;

	return io_pread(*fd, buf, len, off);
}

static int open_file(struct image *im, int flags, struct fault *f)
{
	struct stat st;
	int r;

	/* Of a device to be written nobody else shall have a use. */
	if ((flags & O_ACCMODE) == O_RDWR && stat(im->path, &st) == 0 && S_ISBLK(st.st_mode)) {
		r = holder_open(im->path, &im->fd, NULL, f);
		if (r < 0)
			return r;
	} else {
		im->fd = open(im->path, flags | O_NONBLOCK | O_CLOEXEC);
	}
	if (im->fd < 0 || fstat(im->fd, &st) < 0)
		return fault_errno(f, -errno, im->path);
	if (S_ISDIR(st.st_mode))
		return fault_errno(f, -EISDIR, im->path);
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return fault_set(f, -EINVAL, "%s: neither a file nor a block device", im->path);
	im->size = (uint64_t)lseek(im->fd, 0, SEEK_END);
	return 0;
}

static int open_volume(struct image *im, struct fault *f)
{
	int r = iso_volume_open(&im->volume, (struct iso_input){ read_at, &im->fd });

	if (r == -ENOMSG || r == -ENODATA)
		return fault_set(f, -EBADMSG, "%s: not an ISO 9660 image", im->path);
	if (r == -EBADMSG)
		return fault_set(f, r, "%s: the volume descriptor contradicts itself", im->path);
	if (r == 0 && im->size < (uint64_t)im->volume.sectors * ISO_SECTOR)
		return fault_set(f, -EBADMSG, "%s: cut short: %llu of %llu bytes", im->path,
			(unsigned long long)im->size,
			(unsigned long long)im->volume.sectors * ISO_SECTOR);
	return r < 0 ? fault_errno(f, r, im->path) : 0;
}

static int find_file(
	struct image *im, const char *name, bool *ret_has, struct iso_entry *ret, struct fault *f)
{
	int r = iso_find(&im->volume, name, ret);

	*ret_has = r == 0;
	if (r < 0 && r != -ENOENT)
		return fault_set(f, r, "%s: %s: the directory cannot be read", im->path, name);
	return 0;
}

static int read_record(struct image *im, struct fault *f)
{
	const uint64_t len = im->record_file.len;
	int r = im->record_file.is_dir || len > RECORD_SIZE_MAX ? -EMSGSIZE : 0;

	im->secret = secret_new(sizeof(*im->secret));
	if (!im->secret)
		return fault_errno(f, -ENOMEM, im->path);
	if (r == 0)
		r = iso_read(&im->volume, &im->record_file, 0, im->secret->record, (size_t)len);
	if (r == 0)
		r = record_parse(im->secret->record, (size_t)len, &im->record);
	if (r == -ESTALE) {
		im->spent = true;
		r = record_parse_tombstone(im->secret->record, (size_t)len, &im->record);
	}
	return r < 0 ? fault_set(f, -EBADMSG, "%s: %s: record refused: %s", im->path, RECORD_NAME,
			       record_why(r)) :
		       0;
}

/* It goes to terminals and into JSON; only ever for people. */
static void show_label(struct image *im)
{
	char *c;

	for (c = im->volume.label; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

int image_open(struct image *im, const char *path, int flags, struct fault *f)
{
	int r;

	*im = (struct image){ .path = path, .fd = -1 };
	r = open_file(im, flags, f);
	if (r == 0 && (flags & O_ACCMODE) == O_RDWR)
		r = output_lock(im->fd, im->path, f);
	if (r == 0)
		r = open_volume(im, f);
	if (r == 0)
		show_label(im);
	if (r == 0)
		r = find_file(im, RECORD_NAME, &im->has_record, &im->record_file, f);
	if (r == 0)
		r = find_file(im, RECORD_NOTE_NAME, &im->has_note, &im->note_file, f);
	/* Without Rock Ridge, and with names of eight and three. */
	if (r == 0 && !im->has_note)
		r = find_file(im, NOTE_NAME_CUT, &im->has_note, &im->note_file, f);
	if (r == 0 && im->has_record)
		r = read_record(im, f);
	return r;
}

void image_close(struct image *im)
{
	if (!im)
		return;
	secret_free(im->secret);
	im->secret = NULL;
	if (im->fd >= 0)
		close(im->fd);
	im->fd = -1;
}

/* 0: there is no openstack/. */
static int begin_walk(const struct image *im, struct image_walk *w)
{
	struct iso_entry openstack;
	int r = iso_find(&im->volume, "openstack", &openstack);

	if (r == -ENOENT || (r == 0 && !openstack.is_dir))
		return 0;
	if (r == 0)
		r = iso_dir_open(&w->versions, &im->volume, &openstack);
	w->begun = r == 0;
	return r < 0 ? r : 1;
}

int image_metadata(const struct image *im, struct image_walk *w, struct iso_entry *ret_file,
	char path[IMAGE_METADATA_PATH])
{
	struct iso_entry version;
	int r = w->begun ? 1 : begin_walk(im, w);

	while (r > 0 && (r = iso_dir_next(&w->versions, &version)) > 0) {
		if (!version.is_dir)
			continue;
		/* By the entry and not by its name, which two folders can have in different cases. */
		r = iso_find_below(&im->volume, &version, METADATA, ret_file);
		if (r < 0 && r != -ENOENT)
			return r;
		if (r == 0 && !ret_file->is_dir) {
			snprintf(path, IMAGE_METADATA_PATH, "openstack/%s/" METADATA, version.name);
			return 1;
		}
		r = 1;
	}
	return r;
}
