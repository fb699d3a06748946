/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/image.h"
#include "iso/output/holder.h"
#include "iso/output/lock.h"
#include "util/io.h"
#include "util/open.h"
#include "util/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define EXCEEDED_METADATA "more than 32 MiB of meta_data.json files"
#define EXCEEDED_SECTORS  "more than 64 MiB of folders and files to read"

struct image_secret {
	uint8_t record[RECORD_SIZE_MAX];
};

/* --- limits --- */

static int exceed(struct image_budget *b, const char *what)
{
	if (!b->exceeded)
		b->exceeded = what;
	return -EDQUOT;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int read_at(void *ctx, uint64_t off, void *buf, size_t len)
{
	struct image *im = ctx;
	struct image_budget *b = &im->budget;
	uint64_t begin;
	int r;

	b->sectors += iso_sectors(len);
	if (b->sectors > IMAGE_SECTORS_MAX)
		return exceed(b, EXCEEDED_SECTORS);
	if (b->ns > IMAGE_READING_MS * 1000000ull)
		return exceed(b, "it takes too long");
	begin = now_ns();
	r = io_pread(im->fd, buf, len, off);
	b->ns += now_ns() - begin;
	return r;
}

/* The words for an error of iso/read.h. */
static const char *why_unread(int r)
{
	return r == -EBADMSG  ? "malformed" :
		r == -ENODATA ? "the image ends before it" :
				strerror(-r);
}

int image_fault(const struct image *im, int r, const char *what, struct fault *f)
{
	if (im->budget.exceeded)
		return fault_set(
			f, r, "%s: reading was stopped: %s", im->path, im->budget.exceeded);
	return fault_set(f, r, "%s: %s: %s", im->path, what, why_unread(r));
}

/* --- the volume --- */

static int open_fault(
	const struct image *im, int r, const struct stat *st, bool links, struct fault *f)
{
	if (r == -EMEDIUMTYPE && S_ISDIR(st->st_mode))
		return fault_errno(f, -EISDIR, im->path);
	if (r == -EMEDIUMTYPE)
		return fault_set(f, -EINVAL, "%s: %s", im->path,
			links ? "neither a file nor a block device" : "not a regular file");
	if (r == -ELOOP && !links)
		return fault_set(f, r,
			"%s: has a symbolic link in its path, which --no-links refuses", im->path);
	return fault_set(f, r, "%s: %s", im->path, open_text(r));
}

static int open_file(struct image *im, int flags, struct fault *f)
{
	const bool links = !(flags & O_NOFOLLOW), writes = (flags & O_ACCMODE) == O_RDWR;
	struct stat st;
	int r;

	/* Whoever made an image must not be able to keep its reader waiting. */
	r = open_kind(AT_FDCWD, im->path, flags,
		(links ? 0 : OPEN_NO_LINKS) | (links && !writes ? OPEN_DISK : 0) |
			(writes ? 0 : OPEN_AT_ONCE) | OPEN_FILE,
		&st);
	/* A device that will be written is opened exclusively. */
	if (r == -EMEDIUMTYPE && links && S_ISBLK(st.st_mode)) {
		r = holder_open(im->path, &im->fd, NULL, f);
		if (r < 0)
			return r;
	} else if (r < 0) {
		return open_fault(im, r, &st, links, f);
	} else {
		im->fd = r;
	}
	im->size = (uint64_t)lseek(im->fd, 0, SEEK_END);
	return 0;
}

static int open_volume(struct image *im, struct fault *f)
{
	int r = iso_volume_open(&im->volume, (struct iso_input){ read_at, im });

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

/* --- the root --- */

/* A file that we look for in the root; the first one of that name is taken. */
struct wanted {
	const char *name;
	bool *has;
	struct iso_entry *entry;
};

static void take(const struct wanted *w, size_t count, const struct iso_entry *e)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (*w[i].has || strcasecmp(w[i].name, e->name) != 0)
			continue;
		*w[i].entry = *e;
		*w[i].has = true;
	}
}

/* Looks for all names in one pass. If the folder cannot be read to its end, the files found before the fault are
 * used. */
static void look_through_root(struct image *im)
{
	bool has_note_cut = false, has_folder_cut = false;
	struct iso_entry note_cut, folder_cut, e;
	const struct wanted wanted[] = {
		{ RECORD_NAME, &im->has_record, &im->record_file },
		{ RECORD_NOTE_NAME, &im->has_note, &im->note_file },
		{ IMAGE_NOTE_CUT, &has_note_cut, &note_cut },
		{ "openstack", &im->has_metadata, &im->metadata_folder },
		{ "openstac", &has_folder_cut, &folder_cut },
	};
	struct iso_dir d;
	int r = iso_dir_open(&d, &im->volume, &im->volume.root);

	while (r >= 0 && !(im->has_record && im->has_note && im->has_metadata) &&
		(r = iso_dir_next(&d, &e)) > 0)
		take(wanted, sizeof(wanted) / sizeof(*wanted), &e);
	im->root_error = r < 0 ? r : 0;
	if (r == 0 && !im->has_note && has_note_cut) {
		im->note_file = note_cut;
		im->has_note = true;
	}
	if (r == 0 && !im->has_metadata && has_folder_cut) {
		im->metadata_folder = folder_cut;
		im->has_metadata = true;
	}
}

static int check_root(const struct image *im, const char *name, bool has, struct fault *f)
{
	if (im->budget.exceeded)
		return image_fault(im, im->root_error, name, f);
	if (has || im->root_error == 0)
		return 0;
	return fault_set(f, im->root_error, "%s: the root folder of the image: %s", im->path,
		why_unread(im->root_error));
}

/* Parses a file that is not a record, and so can only be a tombstone; or sets @f to what is wrong with it. */
static int read_tombstone(struct image *im, size_t len, struct fault *f)
{
	int r = record_parse_tombstone(im->secret->record, len, &im->record);

	im->spent = r == 0;
	if (r == 0)
		return 0;
	return fault_set(f, -EBADMSG, "%s: %s: %s refused: %s", im->path, RECORD_NAME,
		r == -ENOMSG ? "record" : "tombstone of a spent seed",
		r == -EINVAL ? "bytes that must be zero are not" : record_why(r));
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
	if (r == -ESTALE || r == -ENOMSG)
		return read_tombstone(im, (size_t)len, f);
	return r < 0 ? fault_set(f, -EBADMSG, "%s: %s: record refused: %s", im->path, RECORD_NAME,
			       record_why(r)) :
		       0;
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
	if (r == 0) {
		look_through_root(im);
		r = check_root(im, RECORD_NAME, im->has_record, f);
	}
	if (r == 0)
		r = check_root(im, RECORD_NOTE_NAME, im->has_note, f);
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

/* --- the metadata --- */

/* Returns 1; 0 if there is no openstack/; or -errno. */
static int begin_walk(struct image *im, struct image_walk *w)
{
	int r;

	im->budget.folders = 0;
	if (!im->has_metadata)
		return im->root_error;
	if (!im->metadata_folder.is_dir)
		return 0;
	r = iso_dir_open(&w->versions, &im->volume, &im->metadata_folder);
	w->begun = r == 0;
	return r < 0 ? r : 1;
}

/* Returns 1 with @ret_file if that version has a meta_data.json; 0 if not; or -errno. */
static int find_metadata(
	struct image *im, const struct iso_entry *version, struct iso_entry *ret_file)
{
	int r;

	if (!version->is_dir)
		return 0;
	if (++im->budget.folders > IMAGE_FOLDERS_MAX)
		return exceed(&im->budget, "more than 4096 folders below openstack/");
	/* Look in this folder itself, not by its name: two folders may have names that differ only in case. */
	r = iso_find_below(&im->volume, version, IMAGE_METADATA, ret_file);
	if (r == -ENOENT)
		r = iso_find_below(&im->volume, version, IMAGE_METADATA_CUT, ret_file);
	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : !ret_file->is_dir;
}

int image_metadata(struct image *im, struct image_walk *w, struct iso_entry *ret_file,
	char path[IMAGE_METADATA_PATH])
{
	struct iso_entry version;
	int r = w->begun ? 1 : begin_walk(im, w);

	while (r > 0 && (r = iso_dir_next(&w->versions, &version)) > 0) {
		r = find_metadata(im, &version, ret_file);
		if (r > 0)
			snprintf(path, IMAGE_METADATA_PATH, "openstack/%s/" IMAGE_METADATA,
				version.name);
		if (r != 0)
			return r;
		r = 1;
	}
	return r;
}

int image_metadata_text(struct image *im, const struct iso_entry *file, char **ret_text)
{
	char *text;
	int r = mix_size(file->len);

	if (r < 0)
		return r;
	im->budget.metadata += file->len;
	if (im->budget.metadata > IMAGE_METADATA_MAX)
		return exceed(&im->budget, EXCEEDED_METADATA);
	text = secret_new((size_t)file->len);
	if (!text)
		return -ENOMEM;
	r = iso_read(&im->volume, file, 0, text, (size_t)file->len);
	if (r == 0)
		*ret_text = text;
	else
		secret_free(text);
	return r;
}

int image_check_metadata(struct image *im, struct fault *f)
{
	char path[IMAGE_METADATA_PATH];
	struct image_walk walk = { 0 };
	struct iso_entry file;
	uint64_t sum = 0;
	int r;

	while ((r = image_metadata(im, &walk, &file, path)) > 0)
		sum += mix_size(file.len) == 0 ? file.len : 0;
	if (r == 0 && sum > IMAGE_METADATA_MAX)
		r = exceed(&im->budget, EXCEEDED_METADATA);
	else if (r == 0 && 2 * im->budget.sectors + iso_sectors(sum) > IMAGE_SECTORS_MAX)
		r = exceed(&im->budget, EXCEEDED_SECTORS);
	return r < 0 ? image_fault(im, r, "openstack", f) : 0;
}
