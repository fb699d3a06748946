/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/overlap.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Limits on what is read of one image. */
#define DESCRIPTORS_MAX 64
#define FOLDERS_MAX     65535 /* a path table cannot hold more */
#define SECTORS_MAX     16384 /* sectors of all folders: 32 MiB */

/* Byte offsets, counted from 0, and values of ECMA-119, 8.4 and 9.1, and of IEEE P1281, 5.1. */
enum {
	DESCRIPTORS = 16,
	BOOT = 0,
	PRIMARY = 1,
	SUPPLEMENTARY = 2,
	TERMINATOR = 255,
	BOOT_CATALOG = 71,
	TABLE_SIZE = 132,
	TABLE_L = 140,
	TABLE_M = 148,
	ROOT = 156,
	RECORD_MIN = 34,
	NAME_LEN = 32,
	NAME = 33,
	FLAGS = 25,
	FLAG_DIR = 2,
	CE_SIZE = 28,
};

struct extent {
	uint32_t lba;
	uint64_t len;
};

struct search {
	const struct image *im;
	struct own_file *own; /* sorted by first sector */
	size_t count;
	struct fault *fault;
	struct extent *folder; /* folders found and not yet examined */
	size_t folders, seen, sectors;
};

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24;
}

static bool overlaps(const struct own_file *own, struct extent e)
{
	const uint64_t begin = own->file.lba, end = begin + iso_sectors(own->file.len);

	return e.len > 0 && e.lba < end && begin < e.lba + iso_sectors(e.len);
}

static int shared(const struct search *s, const struct own_file *own, const char *with)
{
	return fault_set(
		s->fault, -EBADMSG, "%s: %s shares sectors with %s", s->im->path, own->name, with);
}

static int malformed(const struct search *s)
{
	return fault_set(s->fault, -EBADMSG, "%s: a folder in the image is malformed", s->im->path);
}

/* The first of our files that overlaps @e, or NULL. Uses a binary search, since there can be thousands of our files
 * and a million extents. That is possible because our files do not overlap each other, unless they are the same
 * file. */
static const struct own_file *first_within(const struct search *s, struct extent e)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;
		const struct iso_entry *own = &s->own[mid].file;

		if (own->lba + iso_sectors(own->len) <= e.lba)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->count && overlaps(s->own + low, e) ? s->own + low : NULL;
}

/* Checks an extent that is not a file: no file of ours may overlap it. */
static int check_structure(const struct search *s, struct extent e, const char *what)
{
	const struct own_file *own = first_within(s, e);

	return own ? shared(s, own, what) : 0;
}

/* --- names --- */

static bool is_plain(const uint8_t *name, size_t len, const char *want)
{
	const size_t n = strlen(want);

	return len >= n && strncasecmp((const char *)name, want, n) == 0 &&
		(len == n || name[n] == ';');
}

/* Is @name, of a Joliet tree, equal to @want? Joliet stores each character in two bytes. */
static bool is_wide(const uint8_t *name, size_t len, const char *want)
{
	const size_t n = strlen(want);
	size_t i;

	for (i = 0; i < n; i++)
		if (2 * i + 1 >= len || name[2 * i] != 0 ||
			(name[2 * i + 1] | 0x20) != (want[i] | 0x20))
			return false;
	return len == 2 * n || (len > 2 * n + 1 && name[2 * n + 1] == ';');
}

/* Is this the name @want in an entry of Rock Ridge? Our names are so short that one entry NM has the whole name. */
static bool is_ridge(const uint8_t *area, size_t len, const char *want)
{
	const size_t n = strlen(want);

	for (; len >= 5 && area[2] >= 4 && area[2] <= len; len -= area[2], area += area[2])
		if (area[0] == 'N' && area[1] == 'M' && area[2] == n + 5)
			return strncasecmp((const char *)area + 5, want, n) == 0;
	return false;
}

struct record_part {
	const uint8_t *name, *area;
	size_t name_len, area_len;
};

static bool is_named(const struct record_part *p, const char *want)
{
	return want &&
		(is_plain(p->name, p->name_len, want) || is_wide(p->name, p->name_len, want) ||
			is_ridge(p->area, p->area_len, want));
}

static int check_file(const struct search *s, const struct record_part *p, struct extent e)
{
	const struct own_file *own = first_within(s, e);

	if (own &&
		(e.lba != own->file.lba || e.len != own->file.len ||
			(!is_named(p, own->name) && !is_named(p, own->cut))))
		return shared(s, own, "another file");
	return 0;
}

/* --- folders --- */

static int add_folder(struct search *s, struct extent e)
{
	if (s->seen++ >= FOLDERS_MAX)
		return fault_set(s->fault, -EBADMSG, "%s: more than 65535 folders", s->im->path);
	/* The array is full when the count is a power of two: double it. */
	if ((s->folders & (s->folders - 1)) == 0) {
		const size_t room = s->folders ? 2 * s->folders : 1;
		struct extent *folder = realloc(s->folder, room * sizeof(*folder));

		if (!folder)
			return fault_errno(s->fault, -ENOMEM, s->im->path);
		s->folder = folder;
	}
	s->folder[s->folders++] = e;
	return 0;
}

/* If a file's entries of Rock Ridge do not fit into its folder record, the rest is in another sector, to which an entry
 * CE points. */
static int check_continuation(const struct search *s, const struct record_part *p)
{
	const uint8_t *area = p->area;
	size_t len = p->area_len;
	int r = 0;

	for (; r == 0 && len >= 4 && area[2] >= 4 && area[2] <= len;
		len -= area[2], area += area[2])
		if (area[0] == 'C' && area[1] == 'E' && area[2] >= CE_SIZE)
			r = check_structure(
				s, (struct extent){ le32(area + 4), ISO_SECTOR }, "a folder");
	return r;
}

static int check_record(struct search *s, const uint8_t *rec)
{
	const size_t len = rec[0], name_len = rec[NAME_LEN];
	const size_t used = NAME + name_len + (name_len % 2 == 0);
	const struct extent e = { le32(rec + 2), le32(rec + 10) };
	struct record_part p = { .name = rec + NAME, .name_len = name_len };
	int r;

	if (name_len == 0 || NAME + name_len > len)
		return malformed(s);
	if (used < len) {
		p.area = rec + used;
		p.area_len = len - used;
	}
	r = check_continuation(s, &p);
	if (r < 0)
		return r;
	if (!(rec[FLAGS] & FLAG_DIR))
		return check_file(s, &p, e);
	/* Skip "." and "..". */
	return name_len == 1 && rec[NAME] <= 1 ? 0 : add_folder(s, e);
}

static int check_sector(struct search *s, uint64_t lba)
{
	const struct iso_input *in = &s->im->volume.in;
	uint8_t sector[ISO_SECTOR];
	size_t at;
	int r = in->read_at(in->ctx, lba * ISO_SECTOR, sector, sizeof(sector));

	if (r < 0)
		return image_fault(s->im, r, "a folder in the image", s->fault);
	for (at = 0; r == 0 && at < sizeof(sector) && sector[at] != 0; at += sector[at]) {
		if (sector[at] < RECORD_MIN || sector[at] > sizeof(sector) - at)
			return malformed(s);
		r = check_record(s, sector + at);
	}
	return r;
}

static int check_folder(struct search *s, struct extent e)
{
	const uint64_t sectors = iso_sectors(e.len);
	uint64_t i;
	int r = check_structure(s, e, "a folder");

	if (r == 0 && e.lba + sectors > s->im->volume.sectors)
		r = malformed(s);
	if (r == 0 && (s->sectors += sectors) > SECTORS_MAX)
		r = fault_set(s->fault, -EBADMSG,
			"%s: the folders themselves take more than 32 MiB", s->im->path);
	for (i = 0; r == 0 && i < sectors; i++)
		r = check_sector(s, e.lba + i);
	return r;
}

/* --- descriptors --- */

static int check_tables(const struct search *s, const uint8_t *d)
{
	const uint32_t len = le32(d + TABLE_SIZE);
	const uint32_t at[] = { le32(d + TABLE_L), le32(d + TABLE_L + 4), be32(d + TABLE_M),
		be32(d + TABLE_M + 4) };
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < sizeof(at) / sizeof(*at); i++)
		if (at[i] != 0)
			r = check_structure(s, (struct extent){ at[i], len }, "a path table");
	return r;
}

static int check_descriptor(struct search *s, const uint8_t *d)
{
	int r;

	if (d[0] == BOOT)
		return check_structure(
			s, (struct extent){ le32(d + BOOT_CATALOG), ISO_SECTOR }, "a boot catalog");
	if (d[0] != PRIMARY && d[0] != SUPPLEMENTARY)
		return 0;
	r = check_tables(s, d);
	return r < 0 ? r :
		       add_folder(s, (struct extent){ le32(d + ROOT + 2), le32(d + ROOT + 10) });
}

static int check_descriptors(struct search *s)
{
	const struct iso_input *in = &s->im->volume.in;
	uint8_t d[ISO_SECTOR] = { 0 };
	uint32_t at;
	int r = 0;

	for (at = DESCRIPTORS; r == 0 && d[0] != TERMINATOR; at++) {
		if (at == DESCRIPTORS + DESCRIPTORS_MAX)
			return fault_set(s->fault, -EBADMSG, "%s: more than 64 volume descriptors",
				s->im->path);
		r = in->read_at(in->ctx, (uint64_t)at * ISO_SECTOR, d, sizeof(d));
		if (r < 0)
			return image_fault(s->im, r, "the volume descriptors", s->fault);
		if (memcmp(d + 1, &ISO_MAGIC[1], ISO_MAGIC_SIZE - 1) != 0)
			return fault_set(s->fault, -EBADMSG,
				"%s: its volume descriptors have no terminator", s->im->path);
		r = check_descriptor(s, d);
	}
	return r < 0 ? r :
		       check_structure(s, (struct extent){ 0, (uint64_t)at * ISO_SECTOR },
			       "the volume descriptors");
}

static int by_place(const void *a, const void *b)
{
	const struct own_file *x = a, *y = b;

	if (x->file.lba != y->file.lba)
		return x->file.lba < y->file.lba ? -1 : 1;
	return 0;
}

/* Checks our files against each other. They are sorted by sector, so if any two overlap, then two neighbours do. The
 * same file may be listed twice. */
static int check_each_other(const struct search *s)
{
	size_t i;

	for (i = 1; i < s->count; i++) {
		const struct own_file *x = s->own + i - 1, *y = s->own + i;

		if (overlaps(x, (struct extent){ y->file.lba, y->file.len }) &&
			(x->file.lba != y->file.lba || x->file.len != y->file.len ||
				strcmp(x->name, y->name) != 0))
			return shared(s, x, y->name);
	}
	return 0;
}

int overlap_check(const struct image *im, const struct own_file *own, size_t count, struct fault *f)
{
	struct search s = { .im = im, .count = count, .fault = f };
	int r;

	s.own = malloc(count * sizeof(*s.own));
	if (!s.own)
		return fault_errno(f, -ENOMEM, im->path);
	memcpy(s.own, own, count * sizeof(*own));
	qsort(s.own, count, sizeof(*s.own), by_place);
	r = check_each_other(&s);
	if (r == 0)
		r = check_descriptors(&s);
	while (r == 0 && s.folders > 0)
		r = check_folder(&s, s.folder[--s.folders]);
	free(s.folder);
	free(s.own);
	return r;
}
