/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is an image without the parts that are never read: the first 256 bytes of sector 16, then all of sector 17
 * and the following sectors. After the end of the input the image has zeros, and from sector 22 on each read fails; an
 * empty input fails each read.
 *
 * FUZZ_WITH: iso/read.c
 */
#include "iso/read.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#define PVD      ((uint64_t)16 * ISO_SECTOR)
#define PVD_USED 256
#define REST     ((uint64_t)17 * ISO_SECTOR)
#define END      ((uint64_t)22 * ISO_SECTOR)

struct image {
	const uint8_t *data;
	size_t size;
	uint64_t limit; /* no read may go beyond this: the end of the volume, once it is known */
	size_t reads;
	unsigned dirs; /* how many more folders may be listed, as folders may contain each other */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static void list(struct image *im, const struct iso_volume *vol, const struct iso_entry *dir);

/* @buf is for @len bytes of the image at @off, and @data is for @n bytes of the image at @at. Copies the bytes of @data
 * that are in both ranges into @buf. */
static void overlay(
	uint8_t *buf, uint64_t off, size_t len, const uint8_t *data, uint64_t at, size_t n)
{
	uint64_t from = off > at ? off : at, to = off + len < at + n ? off + len : at + n;

	if (from < to)
		memcpy(buf + (from - off), data + (from - at), to - from);
}

static int read_at(void *ctx, uint64_t off, void *buf, size_t len)
{
	struct image *im = ctx;
	const size_t used = im->size < PVD_USED ? im->size : PVD_USED;

	assert(len <= im->limit && off <= im->limit - len);
	im->reads++;
	if (off + len > END || im->size == 0)
		return -EIO;
	memset(buf, 0, len);
	overlay(buf, off, len, im->data, PVD, used);
	overlay(buf, off, len, im->data + used, REST, im->size - used);
	return 0;
}

static void check_read(const struct iso_volume *vol, const struct iso_entry *e)
{
	uint8_t buf[64];
	const size_t n = e->len < sizeof(buf) ? e->len : sizeof(buf);
	int r = iso_read(vol, e, e->len - n, buf, n);

	assert(r == 0 || r == -EIO);
	assert(iso_read(vol, e, e->len, buf, 1) == -EINVAL);
	assert(iso_read(vol, e, 1, buf, SIZE_MAX) == -EINVAL);
	assert(iso_read(vol, e, UINT64_MAX, buf, 2) == -EINVAL);
}

static void check_entry(struct image *im, const struct iso_volume *vol, const struct iso_entry *e)
{
	struct iso_dir d;

	assert(memchr(e->name, '\0', sizeof(e->name)));
	if (e->len > 0) {
		assert((e->lba + (e->len + ISO_SECTOR - 1) / ISO_SECTOR) * ISO_SECTOR <= im->limit);
		check_read(vol, e);
	}
	if (e->is_dir)
		list(im, vol, e);
	else
		assert(iso_dir_open(&d, vol, e) == -ENOTDIR);
}

static void list(struct image *im, const struct iso_volume *vol, const struct iso_entry *dir)
{
	size_t before, entries = 0;
	struct iso_entry e;
	struct iso_dir d;
	int r;

	if (im->dirs == 0)
		return;
	im->dirs--;
	r = iso_dir_open(&d, vol, dir);
	assert(r == 0 || r == -EBADMSG);
	if (r < 0)
		return;
	for (;;) {
		uint32_t left = d.sectors;

		before = im->reads;
		r = iso_dir_next(&d, &e);
		assert(im->reads - before <= left - d.sectors + 1);
		if (r <= 0)
			break;
		entries++;
		check_entry(im, vol, &e);
	}
	assert(r == 0 || r == -EBADMSG || r == -EIO);
	assert(entries <= dir->len / 34);
}

/* A path must lead to the first entry in the listing that has the name. */
static void check_find(const struct iso_volume *vol)
{
	struct iso_entry e, found;
	struct iso_dir d;
	int n;

	if (iso_dir_open(&d, vol, &vol->root) < 0)
		return;
	for (n = 0; n < 3 && iso_dir_next(&d, &e) == 1; n++) {
		if (e.name[0] == '\0' || strchr(e.name, '/'))
			continue;
		assert(iso_find(vol, e.name, &found) == 0);
		assert(strcasecmp(found.name, e.name) == 0);
		assert(n > 0 || (found.lba == e.lba && found.len == e.len));
	}
}

static void check_path(const struct iso_volume *vol, const char *path, const char *name)
{
	struct iso_entry found;
	int r = iso_find(vol, path, &found);

	assert(r == 0 || r == -ENOENT || r == -ENOTDIR || r == -EBADMSG || r == -EIO);
	assert(r < 0 || strcasecmp(found.name, name) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image im = { .data = data, .size = size, .limit = END, .dirs = 4 };
	struct iso_volume vol;
	int r = iso_volume_open(&vol, (struct iso_input){ read_at, &im });

	assert(r == 0 || r == -ENOMSG || r == -EBADMSG || (r == -EIO && size == 0));
	if (r < 0)
		return 0;
	im.limit = (uint64_t)vol.sectors * ISO_SECTOR;
	assert(memchr(vol.label, '\0', sizeof(vol.label)));
	assert(vol.root.is_dir);
	list(&im, &vol, &vol.root);
	check_find(&vol);
	check_path(&vol, "seedrive.bin", "seedrive.bin");
	check_path(&vol, "openstack/latest/meta_data.json", "meta_data.json");
	return 0;
}

/* --- mutations that keep the structure of an image; their coverage does not count --- */

#pragma clang attribute push(__attribute__((no_sanitize("coverage"))), apply_to = function)

static void repair_pair(uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[2 * n - 1 - i] = p[i];
}

/* The length of the record at @pos; 0 if there is none. */
static size_t record_at(const uint8_t *data, size_t size, size_t pos)
{
	size_t left = size - pos, end = ISO_SECTOR - (pos - PVD_USED) % ISO_SECTOR;

	if (left > end)
		left = end;
	return left >= 34 && data[pos] >= 34 && data[pos] <= left ? data[pos] : 0;
}

/* The next place where a record may begin. */
static size_t step(const uint8_t *data, size_t size, size_t pos)
{
	size_t len = record_at(data, size, pos);

	return len > 0 ? pos + len : pos + ISO_SECTOR - (pos - PVD_USED) % ISO_SECTOR;
}

/* Writes the other byte order of each number that has both. Otherwise any change of such a number would be refused as a
 * contradiction. */
static void repair(uint8_t *data, size_t size)
{
	size_t pos;

	if (size < PVD_USED)
		return;
	repair_pair(data + 80, 4);
	repair_pair(data + 128, 2);
	repair_pair(data + 158, 4);
	repair_pair(data + 166, 4);
	for (pos = PVD_USED; pos < size; pos = step(data, size, pos)) {
		if (record_at(data, size, pos) == 0)
			continue;
		repair_pair(data + pos + 2, 4);
		repair_pair(data + pos + 10, 4);
	}
}

/* Chooses one of the records by @pick. */
static size_t pick_record(const uint8_t *data, size_t size, unsigned pick)
{
	size_t pos, n = 0, at = PVD_USED;

	for (pos = PVD_USED; pos < size; pos = step(data, size, pos))
		if (record_at(data, size, pos) > 0 && pick % ++n == 0)
			at = pos;
	return at;
}

/* Changes, enlarges or shrinks a record; the records after it in the sector move. */
static void mutate_record(uint8_t *data, size_t size, size_t pos)
{
	uint8_t rec[255], rest[ISO_SECTOR];
	size_t len = record_at(data, size, pos), left, n;

	if (len == 0)
		return;
	left = ISO_SECTOR - (pos - PVD_USED) % ISO_SECTOR;
	if (left > size - pos)
		left = size - pos;
	memcpy(rec, data + pos, len);
	memcpy(rest, data + pos + len, left - len);
	n = LLVMFuzzerMutate(rec, len, left < sizeof(rec) ? left : sizeof(rec));
	if (n != len)
		rec[0] = (uint8_t)n;
	memcpy(data + pos, rec, n);
	memcpy(data + pos + n, rest, left - n < left - len ? left - n : left - len);
}

/* Repeats a record up to the end of its sector, so that reading one byte beyond the last record is found. */
static size_t fill_sector(uint8_t *data, size_t size, size_t max_size, size_t pos, size_t over)
{
	const size_t len = record_at(data, size, pos);
	size_t left = ISO_SECTOR - (pos - PVD_USED) % ISO_SECTOR, end = pos + left;

	if (len == 0 || end > max_size)
		return size;
	for (; left > 255 && left >= 2 * len; left -= len, pos += len)
		memmove(data + pos + len, data + pos, left - len < len ? left - len : len);
	if (left > 255)
		return size;
	memset(data + pos + len, 0, left > len ? left - len : 0);
	data[pos] = (uint8_t)left;
	data[pos + 32] = (uint8_t)(left - 33 + over);
	return end > size ? end : size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	if (size <= PVD_USED || seed % 4 == 0)
		size = LLVMFuzzerMutate(data, size, max_size);
	else if (seed % 4 == 1)
		LLVMFuzzerMutate(data, PVD_USED, PVD_USED);
	else if (seed % 32 == 2)
		size = fill_sector(
			data, size, max_size, pick_record(data, size, seed / 64), seed / 32 % 2);
	else
		mutate_record(data, size, pick_record(data, size, seed / 4));
	if (seed / 4 % 8 != 0)
		repair(data, size);
	return size;
}

#pragma clang attribute pop
