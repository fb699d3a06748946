/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/read.h"
#include "iso/ecma119.h"

#include <errno.h>
#include <string.h>

#define NM_CONTINUE 0x01 /* flag of Rock Ridge's NM */

/* Each number is stored twice, little-endian and big-endian (7.2.3, 7.3.3). Both copies must be equal. */
static bool both16(const uint8_t *p, uint16_t *ret)
{
	*ret = (uint16_t)(p[0] | p[1] << 8);
	return p[0] == p[3] && p[1] == p[2];
}

static bool both32(const uint8_t *p, uint32_t *ret)
{
	int i;

	*ret = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	for (i = 0; i < 4; i++)
		if (p[i] != p[7 - i])
			return false;
	return true;
}

/* Parses the part of a directory record that has a fixed length. The caller has checked that all of it is in memory. */
static int parse_extent(const struct iso_volume *vol, const uint8_t *rec, struct iso_entry *ret)
{
	uint64_t lba;
	uint32_t extent, len;

	if (!both32(rec + REC_LBA, &extent) || !both32(rec + REC_SIZE, &len))
		return -EBADMSG;
	if (rec[REC_UNIT] != 0 || rec[REC_GAP] != 0)
		return -EBADMSG;
	ret->len = len;
	ret->is_dir = rec[REC_FLAGS] & FLAG_DIR;
	lba = (uint64_t)extent + rec[REC_XAR_LEN];
	if (len > 0 && lba + iso_sectors(len) > vol->sectors)
		return -EBADMSG;
	ret->lba = (uint32_t)lba;
	return 0;
}

/* Takes the plain name, without ";1", and without the dot if the extension is empty. */
static void plain_name(const uint8_t *text, size_t len, struct iso_entry *ret)
{
	size_t n;

	for (n = 0; n < len && text[n] != ';'; n++)
		ret->name[n] = (char)text[n];
	if (n > 1 && ret->name[n - 1] == '.')
		n--;
	ret->name[n] = '\0';
}

/* Reads the Rock Ridge name from the SUSP entries after the plain name (IEEE P1281): from all NM entries in this
 * record. */
static void ridge_name(const uint8_t *area, size_t len, struct iso_entry *ret)
{
	size_t n = 0;

	while (len >= 5 && area[2] >= 4 && area[2] <= len) {
		size_t piece = area[2];

		if (area[0] == 'N' && area[1] == 'M' && area[3] == 1 && piece > 5) {
			if (n + piece - 5 >= sizeof(ret->name))
				break;
			memcpy(ret->name + n, area + 5, piece - 5);
			n += piece - 5;
			if (!(area[4] & NM_CONTINUE))
				break;
		}
		area += piece;
		len -= piece;
	}
	if (n > 0)
		ret->name[n] = '\0';
}

static bool is_dot(const uint8_t *rec)
{
	return rec[REC_NAME_LEN] == 1 && rec[REC_NAME] <= 1;
}

static int parse_record(const struct iso_volume *vol, const uint8_t *rec, struct iso_entry *ret)
{
	size_t len = rec[REC_LEN], name_len = rec[REC_NAME_LEN], used;
	int r;

	if (name_len == 0 || REC_NAME + name_len > len)
		return -EBADMSG;
	r = parse_extent(vol, rec, ret);
	if (r < 0)
		return r;
	plain_name(rec + REC_NAME, name_len, ret);
	used = REC_NAME + name_len + (name_len % 2 == 0);
	if (used < len)
		ridge_name(rec + used, len - used, ret);
	return 0;
}

int iso_volume_open(struct iso_volume *ret, struct iso_input in)
{
	struct iso_volume vol = { .in = in };
	uint8_t pvd[ISO_SECTOR];
	uint16_t block_size;
	size_t n;
	int r;

	r = in.read_at(in.ctx, (uint64_t)PVD_SECTOR * ISO_SECTOR, pvd, sizeof(pvd));
	if (r < 0)
		return r;
	if (memcmp(pvd, ISO_MAGIC "\1", ISO_MAGIC_SIZE + 1) != 0)
		return -ENOMSG;
	if (!both16(pvd + PVD_BLOCK_SIZE, &block_size) || block_size != ISO_SECTOR ||
		!both32(pvd + PVD_SPACE, &vol.sectors))
		return -EBADMSG;
	if (pvd[PVD_ROOT + REC_LEN] != REC_MIN ||
		parse_extent(&vol, pvd + PVD_ROOT, &vol.root) < 0 || !vol.root.is_dir)
		return -EBADMSG;
	memcpy(vol.label, pvd + PVD_LABEL, ISO_LABEL_MAX);
	for (n = ISO_LABEL_MAX; n > 0 && (vol.label[n - 1] == ' ' || vol.label[n - 1] == '\0');)
		vol.label[--n] = '\0';
	*ret = vol;
	return 0;
}

int iso_dir_open(struct iso_dir *d, const struct iso_volume *vol, const struct iso_entry *dir)
{
	if (!dir->is_dir)
		return -ENOTDIR;
	if (dir->len == 0 || dir->len % ISO_SECTOR != 0)
		return -EBADMSG;
	d->vol = vol;
	d->lba = dir->lba;
	d->sectors = (uint32_t)(dir->len / ISO_SECTOR);
	d->pos = ISO_SECTOR;
	return 0;
}

/* Advances to the next record. Returns: 1 if a whole record is at @d->pos; 0 at the end. A record never crosses the end
 * of a sector: the rest of the sector is zeros (6.8.1.1). */
static int next_record(struct iso_dir *d)
{
	const struct iso_volume *vol = d->vol;

	for (;;) {
		size_t left = ISO_SECTOR - d->pos;

		if (left > 0 && d->sector[d->pos] != 0) {
			size_t len = d->sector[d->pos];

			return len < REC_MIN || len > left ? -EBADMSG : 1;
		}
		if (d->sectors == 0)
			return 0;
		int r = vol->in.read_at(
			vol->in.ctx, (uint64_t)d->lba * ISO_SECTOR, d->sector, ISO_SECTOR);
		if (r < 0)
			return r;
		d->lba++;
		d->sectors--;
		d->pos = 0;
	}
}

/* If the file in @ret has further extents, adds them. Each must have the same name, and begin where the one before it
 * ended. */
static int join_extents(struct iso_dir *d, struct iso_entry *ret)
{
	bool more = true;

	while (more) {
		struct iso_entry next;
		const uint8_t *rec;
		int r = next_record(d);

		if (r <= 0)
			return r < 0 ? r : -EBADMSG;
		rec = d->sector + d->pos;
		r = parse_record(d->vol, rec, &next);
		if (r < 0)
			return r;
		if (strcmp(next.name, ret->name) != 0 || ret->len % ISO_SECTOR != 0 ||
			next.lba != ret->lba + ret->len / ISO_SECTOR)
			return -EBADMSG;
		ret->len += next.len;
		more = rec[REC_FLAGS] & FLAG_MORE;
		d->pos += rec[REC_LEN];
	}
	return 1;
}

int iso_dir_next(struct iso_dir *d, struct iso_entry *ret)
{
	const uint8_t *rec;
	bool more;
	int r;

	do {
		r = next_record(d);
		if (r <= 0)
			return r;
		rec = d->sector + d->pos;
		r = parse_record(d->vol, rec, ret);
		if (r < 0)
			return r;
		d->pos += rec[REC_LEN];
	} while (is_dot(rec));
	more = rec[REC_FLAGS] & FLAG_MORE;
	return more ? join_extents(d, ret) : 1;
}

static bool same_name(const char *name, const char *want, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		char a = name[i], b = want[i];

		if (a >= 'A' && a <= 'Z')
			a |= 0x20;
		if (b >= 'A' && b <= 'Z')
			b |= 0x20;
		if (a != b || a == '\0')
			return false;
	}
	return name[len] == '\0';
}

static size_t piece_len(const char *path)
{
	size_t n = 0;

	while (path[n] && path[n] != '/')
		n++;
	return n;
}

int iso_find_below(const struct iso_volume *vol, const struct iso_entry *dir, const char *path,
	struct iso_entry *ret)
{
	struct iso_entry here = *dir;
	struct iso_dir d;

	while (*path) {
		const size_t len = piece_len(path);
		int r = iso_dir_open(&d, vol, &here);

		if (r < 0)
			return r;
		do {
			r = iso_dir_next(&d, &here);
			if (r <= 0)
				return r < 0 ? r : -ENOENT;
		} while (!same_name(here.name, path, len));
		path += path[len] ? len + 1 : len;
	}
	*ret = here;
	return 0;
}

int iso_find(const struct iso_volume *vol, const char *path, struct iso_entry *ret)
{
	return iso_find_below(vol, &vol->root, path, ret);
}

int iso_read(const struct iso_volume *vol, const struct iso_entry *file, uint64_t off, void *buf,
	size_t len)
{
	if (off > file->len || len > file->len - off)
		return -EINVAL;
	return vol->in.read_at(vol->in.ctx, (uint64_t)file->lba * ISO_SECTOR + off, buf, len);
}
