/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/image.h"

#define SECTORS 40 /* sectors of the volume that the tests build */
#define PVD     (16 * ISO_SECTOR)
#define ROOT    18 /* sector of the root directory, which has one sector */
#define SUB     20 /* first sector of a folder that has two sectors */
#define CONTENT 30 /* first sector of contents */

static char nova_tree[PATH_MAX];

/* --- an image built byte by byte --- */

struct hand {
	uint8_t bytes[SECTORS * ISO_SECTOR];
	size_t len;     /* bytes that can be read */
	uint64_t bound; /* reading beyond this offset fails the test */
	unsigned reads;
	int err; /* the error of every read, or 0 */
};

static struct hand hand;

static int hand_read_at(void *ctx, uint64_t off, void *buf, size_t len)
{
	struct hand *h = ctx;

	h->reads++;
	assert_true(off <= h->bound && len <= h->bound - off);
	if (h->err)
		return h->err;
	if (off > h->len || len > h->len - off)
		return -ENODATA;
	memcpy(buf, h->bytes + off, len);
	return 0;
}

static void both16(uint8_t *p, unsigned value)
{
	p[0] = p[3] = (uint8_t)value;
	p[1] = p[2] = (uint8_t)(value >> 8);
}

static void both32(uint8_t *p, uint32_t value)
{
	int i;

	for (i = 0; i < 4; i++)
		p[i] = p[7 - i] = (uint8_t)(value >> 8 * i);
}

#define FLAG_DIR  2
#define FLAG_MORE 128

struct record {
	const char *name;
	size_t name_len; /* 0: the length of the string @name */
	uint32_t lba, len;
	uint8_t flags;
	const char *area; /* system use area, after the name */
	size_t area_len;
};

static uint8_t *put_record(uint8_t *p, const struct record *r)
{
	const size_t n = r->name_len ? r->name_len : strlen(r->name);
	const size_t used = 33 + n + (n % 2 == 0);

	memset(p, 0, used);
	p[0] = (uint8_t)(used + r->area_len + r->area_len % 2);
	both32(p + 2, r->lba);
	both32(p + 10, r->len);
	p[25] = r->flags;
	both16(p + 28, 1);
	p[32] = (uint8_t)n;
	memcpy(p + 33, r->name, n);
	if (r->area_len)
		memcpy(p + used, r->area, r->area_len);
	return p + p[0];
}

/* Writes the records "." and "..". Returns the place of the next record. */
static uint8_t *put_dots(uint32_t sector, uint32_t sectors)
{
	struct record dot = { .name = "\0",
		.name_len = 1,
		.lba = sector,
		.len = sectors * ISO_SECTOR,
		.flags = FLAG_DIR };
	uint8_t *p = hand.bytes + sector * ISO_SECTOR;

	p = put_record(p, &dot);
	dot.name = "\1";
	return put_record(p, &dot);
}

static uint8_t *put_file(uint8_t *p, const char *name, uint32_t lba, uint32_t len)
{
	const struct record r = { .name = name, .lba = lba, .len = len };

	return put_record(p, &r);
}

/* Builds a volume with an empty root directory. Returns the place of its first record. */
static uint8_t *hand_make(void)
{
	uint8_t *pvd = hand.bytes + PVD;
	struct record root = {
		.name = "\0", .name_len = 1, .lba = ROOT, .len = ISO_SECTOR, .flags = FLAG_DIR
	};
	size_t i;

	memset(&hand, 0, sizeof(hand));
	hand.len = hand.bound = sizeof(hand.bytes);
	for (i = CONTENT * ISO_SECTOR; i < sizeof(hand.bytes); i++)
		hand.bytes[i] = (uint8_t)(i / ISO_SECTOR + i);
	memcpy(pvd, "\1CD001\1", 7);
	memset(pvd + 40, ' ', 32);
	memcpy(pvd + 40, "config-2", 8);
	both32(pvd + 80, SECTORS);
	both16(pvd + 128, ISO_SECTOR);
	put_record(pvd + 156, &root);
	memcpy(hand.bytes + PVD + ISO_SECTOR, "\377CD001\1", 7);
	return put_dots(ROOT, 1);
}

static int open_hand(struct iso_volume *vol)
{
	return iso_volume_open(vol, (struct iso_input){ hand_read_at, &hand });
}

static struct iso_volume volume(void)
{
	struct iso_volume vol;

	assert_int_equal(open_hand(&vol), 0);
	return vol;
}

/* Reads the first entry of the root directory. */
static int first_entry(struct iso_entry *e)
{
	struct iso_volume vol = volume();
	struct iso_dir d;

	assert_int_equal(iso_dir_open(&d, &vol, &vol.root), 0);
	return iso_dir_next(&d, e);
}

static void assert_name(const struct record *r, const char *name)
{
	struct iso_entry e;

	put_record(hand_make(), r);
	assert_int_equal(first_entry(&e), 1);
	assert_string_equal(e.name, name);
}

/* --- the volume descriptor --- */

static void test_volume(void **state)
{
	struct iso_volume vol;

	(void)state;
	hand_make();
	assert_int_equal(open_hand(&vol), 0);
	assert_string_equal(vol.label, "config-2");
	assert_int_equal(vol.sectors, SECTORS);
	assert_int_equal(vol.root.lba, ROOT);
	assert_int_equal(vol.root.len, ISO_SECTOR);
	assert_true(vol.root.is_dir);
	assert_int_equal(hand.reads, 1);
}

static void test_labels(void **state)
{
	struct iso_volume vol;

	(void)state;
	hand_make();
	memset(hand.bytes + PVD + 40, ' ', 32);
	assert_int_equal(open_hand(&vol), 0);
	assert_string_equal(vol.label, "");
	memset(hand.bytes + PVD + 40, 'x', 32);
	assert_int_equal(open_hand(&vol), 0);
	assert_int_equal(strlen(vol.label), 32);
	memcpy(hand.bytes + PVD + 40, " a b \0 \0", 8);
	memset(hand.bytes + PVD + 48, '\0', 24);
	assert_int_equal(open_hand(&vol), 0);
	assert_string_equal(vol.label, " a b");
}

static void assert_volume_refused(int err)
{
	struct iso_volume vol, before;

	memset(&vol, 0xa5, sizeof(vol));
	before = vol;
	assert_int_equal(open_hand(&vol), err);
	assert_memory_equal(&vol, &before, sizeof(vol));
}

static void test_no_volume(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 7; i++) {
		hand_make();
		hand.bytes[PVD + i] ^= 0x20;
		assert_volume_refused(-ENOMSG);
	}
	memset(&hand, 0, sizeof(hand));
	hand.len = hand.bound = sizeof(hand.bytes);
	assert_volume_refused(-ENOMSG);
	hand_make();
	for (hand.len = 0; hand.len < PVD + ISO_SECTOR; hand.len += 1023)
		assert_volume_refused(-ENODATA);
	hand.err = -EIO;
	assert_volume_refused(-EIO);
}

/* Changes each byte of each number that is stored in both byte orders, so that the two contradict each other. */
static void test_volume_contradicts(void **state)
{
	static const struct {
		size_t at, len;
	} row[] = { { 80, 8 }, { 128, 4 }, { 156 + 2, 8 }, { 156 + 10, 8 } };
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		for (j = 0; j < row[i].len; j++) {
			hand_make();
			hand.bytes[PVD + row[i].at + j] ^= 1;
			assert_volume_refused(-EBADMSG);
		}
	}
}

static void test_volume_bad(void **state)
{
	static const unsigned block_sizes[] = { 0, 512, 1024, 4096, 2047, 0x0008 };
	uint8_t *root = hand.bytes + PVD + 156;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(block_sizes); i++) {
		hand_make();
		both16(hand.bytes + PVD + 128, block_sizes[i]);
		assert_volume_refused(-EBADMSG);
	}
	hand_make();
	root[0] = 33;
	assert_volume_refused(-EBADMSG);
	hand_make();
	root[0] = 35;
	assert_volume_refused(-EBADMSG);
	hand_make();
	root[25] = 0;
	assert_volume_refused(-EBADMSG);
	hand_make();
	root[26] = 1; /* interleaved */
	assert_volume_refused(-EBADMSG);
	hand_make();
	root[27] = 1;
	assert_volume_refused(-EBADMSG);
	hand_make();
	both32(root + 2, SECTORS);
	assert_volume_refused(-EBADMSG);
	hand_make();
	both32(root + 2, UINT32_MAX);
	assert_volume_refused(-EBADMSG);
	hand_make();
	both32(root + 10, (SECTORS - ROOT) * ISO_SECTOR + 1);
	assert_volume_refused(-EBADMSG);
	hand_make();
	both32(root + 10, UINT32_MAX);
	assert_volume_refused(-EBADMSG);
	hand_make();
	both32(hand.bytes + PVD + 80, ROOT);
	assert_volume_refused(-EBADMSG);
	both32(hand.bytes + PVD + 80, 0);
	assert_volume_refused(-EBADMSG);
}

/* --- directories --- */

static void test_directory_extent(void **state)
{
	static const uint32_t bad[] = { 0, 1, 2047, 2049, 4095 };
	struct iso_entry e = { .lba = ROOT };
	struct iso_volume vol;
	struct iso_dir d;
	size_t i;

	(void)state;
	hand_make();
	vol = volume();
	e.len = ISO_SECTOR;
	assert_int_equal(iso_dir_open(&d, &vol, &e), -ENOTDIR);
	e.is_dir = true;
	assert_int_equal(iso_dir_open(&d, &vol, &e), 0);
	for (i = 0; i < COUNT(bad); i++) {
		e.len = bad[i];
		assert_int_equal(iso_dir_open(&d, &vol, &e), -EBADMSG);
	}
}

static void test_empty_directory(void **state)
{
	struct iso_entry e;

	(void)state;
	hand_make();
	assert_int_equal(first_entry(&e), 0);
}

static void assert_record_refused(void)
{
	struct iso_entry e;

	assert_int_equal(first_entry(&e), -EBADMSG);
}

static void test_record_bad(void **state)
{
	uint8_t *p;
	size_t i;
	unsigned len;

	(void)state;
	/* Records that are too short, records with a name that reaches beyond their end, and records without a name. */
	for (len = 1; len < 34; len++) {
		p = hand_make();
		put_file(p, "A.;1", CONTENT, 10);
		p[0] = (uint8_t)len;
		assert_record_refused();
	}
	for (len = 6; len < 256; len++) {
		p = hand_make();
		put_file(p, "A.;1", CONTENT, 10);
		p[32] = (uint8_t)len;
		assert_record_refused();
	}
	p = hand_make();
	put_file(p, "A.;1", CONTENT, 10);
	p[32] = 0;
	assert_record_refused();
	/* Numbers stored in both byte orders that do not agree. */
	for (i = 2; i < 18; i++) {
		p = hand_make();
		put_file(p, "A.;1", CONTENT, 10);
		p[i] ^= 0x80;
		assert_record_refused();
	}
	/* Interleaved files. */
	for (i = 26; i < 28; i++) {
		p = hand_make();
		put_file(p, "A.;1", CONTENT, 10);
		p[i] = 1;
		assert_record_refused();
	}
}

static void test_extent_off_the_volume(void **state)
{
	static const struct {
		uint32_t lba, len;
		int r;
	} row[] = {
		{ SECTORS - 1, ISO_SECTOR, 1 },
		{ SECTORS - 1, ISO_SECTOR + 1, -EBADMSG },
		{ SECTORS, 1, -EBADMSG },
		{ SECTORS, 0, 1 }, /* an empty extent may have any position */
		{ UINT32_MAX, 0, 1 },
		{ UINT32_MAX, 1, -EBADMSG },
		{ UINT32_MAX, UINT32_MAX, -EBADMSG },
		{ 0, UINT32_MAX, -EBADMSG },
		{ 0, SECTORS * ISO_SECTOR, 1 },
		{ 0, SECTORS * ISO_SECTOR + 1, -EBADMSG },
		{ 1, SECTORS * ISO_SECTOR, -EBADMSG },
	};
	struct iso_entry e;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		put_file(hand_make(), "A.;1", row[i].lba, row[i].len);
		assert_int_equal(first_entry(&e), row[i].r);
	}
}

/* ECMA-119, 9.1.2: an extended attribute record precedes the content in the extent, and is not part of its length. */
static void test_extended_attributes(void **state)
{
	static const struct {
		uint32_t lba, len;
		uint8_t blocks;
		int r;
	} row[] = {
		{ CONTENT, ISO_SECTOR, 1, 1 },
		{ CONTENT, 1, 5, 1 },
		{ SECTORS - 2, ISO_SECTOR, 1, 1 },
		{ SECTORS - 1, ISO_SECTOR, 1, -EBADMSG },
		{ SECTORS - 1, 1, 255, -EBADMSG },
		{ UINT32_MAX, 1, 1, -EBADMSG }, /* the sum must not wrap to block 0 */
		{ UINT32_MAX - 200, 1, 255, -EBADMSG },
		{ UINT32_MAX, 0, 255, 1 },
	};
	struct iso_entry e;
	uint8_t *p, text[8];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		p = hand_make();
		put_file(p, "A.;1", row[i].lba, row[i].len);
		p[1] = row[i].blocks;
		assert_int_equal(first_entry(&e), row[i].r);
		if (row[i].r > 0 && row[i].len > 0)
			assert_int_equal(e.lba, row[i].lba + row[i].blocks);
	}
	p = hand_make();
	put_file(p, "A.;1", CONTENT, ISO_SECTOR);
	p[1] = 1;
	assert_int_equal(first_entry(&e), 1);
	assert_int_equal(iso_read(&(struct iso_volume){ .in = { hand_read_at, &hand } }, &e, 0,
				 text, sizeof(text)),
		0);
	assert_memory_equal(text, hand.bytes + (CONTENT + 1) * ISO_SECTOR, sizeof(text));
}

/* Fills the current sector with records, except for its last @rest bytes. Returns the place of the next record. */
static uint8_t *fill_sector(uint8_t *p, size_t rest)
{
	const size_t in_sector = (size_t)(p - hand.bytes) % ISO_SECTOR;
	uint8_t *end = p + (ISO_SECTOR - in_sector) - rest;
	static const char name[] = "FILLER";

	while (end - p >= 2 * 40)
		p = put_file(p, name, CONTENT, 1);
	if (end > p) {
		uint8_t *last = p;

		assert_true(end - p >= 40);
		memset(put_file(p, name, CONTENT, 1), 0, (size_t)(end - p) - 40);
		last[0] = (uint8_t)(end - last);
	}
	return end;
}

static int count_entries(const char *last)
{
	struct iso_volume vol = volume();
	struct iso_entry e;
	struct iso_dir d;
	int n = 0, r;

	assert_int_equal(iso_dir_open(&d, &vol, &vol.root), 0);
	while ((r = iso_dir_next(&d, &e)) > 0)
		n++;
	if (r == 0 && last)
		assert_string_equal(e.name, last);
	return r < 0 ? r : n;
}

static void test_record_crossing_sector(void **state)
{
	uint8_t *p;
	size_t rest;

	(void)state;
	for (rest = 2; rest < 36; rest += 2) {
		p = fill_sector(hand_make(), rest);
		put_file(p, "A.;1", CONTENT, 10); /* 38 bytes */
		assert_int_equal(count_entries(NULL), -EBADMSG);
	}
	/* A record may end exactly at the end of the sector. */
	p = fill_sector(hand_make(), 38);
	put_file(p, "A.;1", CONTENT, 10);
	assert_true(count_entries("A") > 10);
}

static void long_root(uint32_t sectors)
{
	both32(hand.bytes + PVD + 156 + 10, sectors * ISO_SECTOR);
}

static void test_sectors_of_a_directory(void **state)
{
	uint8_t *p;
	int first;

	(void)state;
	p = fill_sector(hand_make(), 30);
	memset(p, 0, 30);
	first = count_entries(NULL);
	assert_true(first > 10);
	/* After zeros at the end of a sector, the directory continues in the next one; a sector may be empty. */
	long_root(3);
	put_file(hand.bytes + (ROOT + 1) * ISO_SECTOR, "B.;1", CONTENT, 10);
	assert_int_equal(count_entries("B"), first + 1);
	put_file(hand.bytes + (ROOT + 2) * ISO_SECTOR, "C.;1", CONTENT, 10);
	assert_int_equal(count_entries("C"), first + 2);
	memset(hand.bytes + (ROOT + 1) * ISO_SECTOR, 0, ISO_SECTOR);
	assert_int_equal(count_entries("C"), first + 1);
	/* A sector is full to its last byte. */
	fill_sector(hand_make(), 0);
	first = count_entries(NULL);
	long_root(2);
	put_file(hand.bytes + (ROOT + 1) * ISO_SECTOR, "B.;1", CONTENT, 10);
	assert_int_equal(count_entries("B"), first + 1);
}

static void test_read_error(void **state)
{
	struct iso_volume vol;
	struct iso_entry e;
	struct iso_dir d;

	(void)state;
	put_file(hand_make(), "A.;1", CONTENT, 10);
	vol = volume();
	assert_int_equal(iso_dir_open(&d, &vol, &vol.root), 0);
	hand.err = -EIO;
	assert_int_equal(iso_dir_next(&d, &e), -EIO);
	assert_int_equal(iso_find(&vol, "a", &e), -EIO);
	hand.err = 0;
	hand.len = ROOT * ISO_SECTOR + 2047; /* the image ends within the directory */
	assert_int_equal(iso_dir_open(&d, &vol, &vol.root), 0);
	assert_int_equal(iso_dir_next(&d, &e), -ENODATA);
}

/* --- names --- */

static void test_plain_names(void **state)
{
	static const char *const row[][2] = {
		{ "FILE.TXT;1", "FILE.TXT" },
		{ "FILE.TXT;12345", "FILE.TXT" },
		{ "FILE.TXT", "FILE.TXT" },
		{ "FILE.;1", "FILE" },
		{ "FILE.", "FILE" },
		{ "FILE;1", "FILE" },
		{ "file.json;1", "file.json" },
		{ "A;1", "A" },
		{ ".;1", "." },
		{ "A.B.C;1", "A.B.C" },
		{ "SEEDRIVE.BIN;1", "SEEDRIVE.BIN" },
		{ "x..", "x." },
		{ "A", "A" },
		{ "\2", "\2" },
		{ "\1A", "\1A" },
	};
	char name[300];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++)
		assert_name(
			&(struct record){ .name = row[i][0], .lba = CONTENT, .len = 1 }, row[i][1]);
	/* A name of the greatest length that a record allows. */
	memset(name, 'n', 221);
	name[221] = '\0';
	assert_name(&(struct record){ .name = name, .lba = CONTENT, .len = 1 }, name);
}

#define AREA(literal) .area = (literal), .area_len = sizeof(literal) - 1

static void test_ridge_names(void **state)
{
	static const struct {
		struct record record;
		const char *name;
	} row[] = {
		{ { .name = "NAME.;1", AREA("NM\x0e\1\0long-name") }, "long-name" },
		/* Other entries are before and after the entry NM. */
		{ { .name = "NAME.;1",
			  AREA("RR\5\1\x89"
			       "PX\6\1xx"
			       "NM\7\1\0ab"
			       "TF\5\1x") },
			"ab" },
		{ { .name = "NAMES.;1",
			  AREA("PX\6\1xx"
			       "NM\7\1\0ab") },
			"ab" },
		/* An entry that has only its header is skipped, too. */
		{ { .name = "N;1", AREA("RE\4\1NM\7\1\0ab") }, "ab" },
		/* Names in two and in three pieces, with other entries between the pieces. */
		{ { .name = "N;1",
			  AREA("NM\x8\1\1abc"
			       "NM\x8\1\0def") },
			"abcdef" },
		{ { .name = "N;1",
			  AREA("NM\6\1\1a"
			       "PX\5\1x"
			       "NM\6\1\1b"
			       "NM\6\1\0c") },
			"abc" },
		/* An entry after the last piece is not part of the name. */
		{ { .name = "N;1",
			  AREA("NM\6\1\0a"
			       "NM\6\1\0b") },
			"a" },
		/* An unknown version, or no text: the plain name is used. */
		{ { .name = "N;1", AREA("NM\7\2\0ab") }, "N" },
		{ { .name = "N;1", AREA("NM\5\1\2") }, "N" },
		{ { .name = "N;1", AREA("PX\6\1xx") }, "N" },
		/* Malformed entries: with a length of 0, too short, or reaching beyond the record. */
		{ { .name = "N;1",
			  AREA("PX\0\1xx"
			       "NM\7\1\0ab") },
			"N" },
		{ { .name = "N;1",
			  AREA("PX\3\1xx"
			       "NM\7\1\0ab") },
			"N" },
		{ { .name = "N;1",
			  AREA("PX\x40\1xx"
			       "NM\7\1\0ab") },
			"N" },
		{ { .name = "N;1", AREA("NM\x9\1\0ab") }, "N" },
		{ { .name = "N;1", AREA("NM\7\1") }, "N" },
		{ { .name = "N;1", AREA("NM") }, "N" },
		/* The bytes of the name are not interpreted. */
		{ { .name = "N;1", AREA("NM\xa\1\0\xc3\xa9;1.") }, "\xc3\xa9;1." },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++)
		assert_name(&row[i].record, row[i].name);
}

static void test_longest_ridge_name(void **state)
{
	char area[256] = "NM", name[256];
	struct record r = { .name = "N;1", .area = area };
	size_t i;

	(void)state;
	memset(name, 'n', sizeof(name));
	for (i = 1; i <= 212; i++) {
		area[2] = (char)(5 + i);
		area[3] = 1;
		memcpy(area + 5, name, i);
		r.area_len = 5 + i;
		name[i] = '\0';
		assert_name(&r, name);
		name[i] = 'n';
	}
}

/* --- several extents --- */

static void put_extent(uint8_t **p, uint32_t lba, uint32_t len, uint8_t flags)
{
	const struct record r = { .name = "BIG.;1", .lba = lba, .len = len, .flags = flags };

	*p = put_record(*p, &r);
}

static void test_extents_joined(void **state)
{
	uint8_t content[5 * ISO_SECTOR], *p = hand_make();
	struct iso_volume vol;
	struct iso_entry e;

	(void)state;
	put_extent(&p, CONTENT, 2 * ISO_SECTOR, FLAG_MORE);
	put_extent(&p, CONTENT + 2, ISO_SECTOR, FLAG_MORE);
	put_extent(&p, CONTENT + 3, ISO_SECTOR + 100, 0);
	p = put_file(p, "NEXT.;1", CONTENT + 5, 7);
	assert_int_equal(count_entries("NEXT"), 2);
	vol = volume();
	assert_int_equal(iso_find(&vol, "big", &e), 0);
	assert_int_equal(e.lba, CONTENT);
	assert_int_equal(e.len, 4 * ISO_SECTOR + 100);
	assert_int_equal(iso_read(&vol, &e, 0, content, e.len), 0);
	assert_memory_equal(content, hand.bytes + CONTENT * ISO_SECTOR, e.len);
	assert_int_equal(iso_find(&vol, "next", &e), 0);
	assert_int_equal(e.len, 7);
	/* The records of the extents may be in two sectors of the directory. */
	p = fill_sector(hand_make(), 40);
	long_root(2);
	put_extent(&p, CONTENT, ISO_SECTOR, FLAG_MORE);
	p = hand.bytes + (ROOT + 1) * ISO_SECTOR;
	put_extent(&p, CONTENT + 1, 10, 0);
	vol = volume();
	assert_int_equal(iso_find(&vol, "big", &e), 0);
	assert_int_equal(e.len, ISO_SECTOR + 10);
}

static void test_extents_refused(void **state)
{
	static const struct {
		uint32_t lba, len, second_lba, second_len;
		uint8_t second_flags;
	} row[] = {
		{ CONTENT, 2048, CONTENT + 2, 10, 0 }, /* a gap */
		{ CONTENT, 2048, CONTENT, 10, 0 },     /* the first extent's sector again */
		{ CONTENT + 1, 2048, CONTENT, 10, 0 }, /* backwards */
		{ CONTENT, 2047, CONTENT + 1, 10, 0 }, /* the first extent ends within a sector */
		{ CONTENT, 2049, CONTENT + 2, 10, 0 },
		{ CONTENT, 2048, CONTENT + 1, 10,
			FLAG_MORE },                   /* a third one is announced, but missing */
		{ SECTORS - 1, 2048, SECTORS, 10, 0 }, /* beyond the volume */
		{ UINT32_MAX, 0, 0, 10, 0 },
	};
	struct iso_entry e;
	uint8_t *p;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		p = hand_make();
		put_extent(&p, row[i].lba, row[i].len, FLAG_MORE);
		put_extent(&p, row[i].second_lba, row[i].second_len, row[i].second_flags);
		assert_int_equal(first_entry(&e), -EBADMSG);
	}
	p = hand_make();
	put_extent(&p, CONTENT, 2048, FLAG_MORE);
	assert_int_equal(first_entry(&e), -EBADMSG);
}

/* --- finding and reading --- */

/* Builds a root with A.TXT and the folder SUB, in which B.TXT follows 60 other files. */
static struct iso_volume make_nested(void)
{
	const struct record sub = {
		.name = "SUB", .lba = SUB, .len = 2 * ISO_SECTOR, .flags = FLAG_DIR
	};
	uint8_t *p = hand_make();

	p = put_file(p, "A.TXT;1", CONTENT, 3000);
	put_record(p, &sub);
	p = put_dots(SUB, 2);
	fill_sector(p, 0);
	put_file(hand.bytes + (SUB + 1) * ISO_SECTOR, "B.TXT;1", CONTENT + 2, 100);
	return volume();
}

static void test_find(void **state)
{
	struct iso_volume vol = make_nested();
	struct iso_entry e, sub;

	(void)state;
	assert_int_equal(iso_find(&vol, "", &e), 0);
	assert_int_equal(e.lba, ROOT);
	assert_int_equal(iso_find(&vol, "A.TXT", &e), 0);
	assert_int_equal(e.len, 3000);
	assert_int_equal(iso_find(&vol, "a.Txt", &e), 0);
	assert_int_equal(iso_find(&vol, "sub", &e), 0);
	assert_true(e.is_dir);
	assert_int_equal(iso_find(&vol, "sub/b.txt", &e), 0);
	assert_int_equal(e.lba, CONTENT + 2);
	assert_int_equal(iso_find(&vol, "b.txt", &e), -ENOENT);
	assert_int_equal(iso_find(&vol, "a.tx", &e), -ENOENT);
	assert_int_equal(iso_find(&vol, "a.txt2", &e), -ENOENT);
	assert_int_equal(iso_find(&vol, "sub/c", &e), -ENOENT);
	assert_int_equal(iso_find(&vol, "absent/b.txt", &e), -ENOENT);
	assert_int_equal(iso_find(&vol, "a.txt/b", &e), -ENOTDIR);
	assert_int_equal(iso_find(&vol, ".", &e), -ENOENT);
	assert_int_equal(iso_find(&vol, "..", &e), -ENOENT);
	assert_int_equal(iso_find(&vol, "a*txt", &e), -ENOENT);
	assert_int_equal(iso_find(&vol, "sub", &sub), 0);
	assert_int_equal(iso_find_below(&vol, &sub, "b.txt", &e), 0);
	assert_int_equal(e.lba, CONTENT + 2);
	assert_int_equal(iso_find_below(&vol, &sub, "a.txt", &e), -ENOENT);
	assert_int_equal(iso_find_below(&vol, &e, "a.txt", &e), -ENOTDIR);
	/* '[' and '{', or '@' and '`', differ in the same bit as upper and lower case, but are no letters. */
	put_file(hand_make(), "X[@;1", CONTENT, 1);
	vol = volume();
	assert_int_equal(iso_find(&vol, "x[@", &e), 0);
	assert_int_equal(iso_find(&vol, "x{`", &e), -ENOENT);
}

static void test_read(void **state)
{
	struct iso_volume vol = make_nested();
	uint8_t buf[3001];
	struct iso_entry e;
	unsigned reads;

	(void)state;
	assert_int_equal(iso_find(&vol, "a.txt", &e), 0);
	assert_int_equal(iso_read(&vol, &e, 0, buf, 3000), 0);
	assert_memory_equal(buf, hand.bytes + CONTENT * ISO_SECTOR, 3000);
	assert_int_equal(iso_read(&vol, &e, 2999, buf, 1), 0);
	assert_int_equal(buf[0], hand.bytes[CONTENT * ISO_SECTOR + 2999]);
	assert_int_equal(iso_read(&vol, &e, 3000, buf, 0), 0);
	reads = hand.reads;
	assert_int_equal(iso_read(&vol, &e, 0, buf, 3001), -EINVAL);
	assert_int_equal(iso_read(&vol, &e, 3000, buf, 1), -EINVAL);
	assert_int_equal(iso_read(&vol, &e, 3001, buf, 0), -EINVAL);
	assert_int_equal(iso_read(&vol, &e, UINT64_MAX, buf, 2), -EINVAL);
	assert_int_equal(iso_read(&vol, &e, 1, buf, SIZE_MAX), -EINVAL);
	assert_int_equal(hand.reads, reads);
	hand.len = CONTENT * ISO_SECTOR + 2999;
	assert_int_equal(iso_read(&vol, &e, 0, buf, 3000), -ENODATA);
}

/* --- damaged at random --- */

static unsigned walk_damaged(
	const struct iso_volume *vol, const struct iso_entry *dir, unsigned depth)
{
	static uint8_t content[SECTORS * ISO_SECTOR];
	unsigned entries = 0;
	struct iso_entry e;
	struct iso_dir d;
	int r = iso_dir_open(&d, vol, dir);

	while (r >= 0 && (r = iso_dir_next(&d, &e)) > 0) {
		assert_true(++entries <= SECTORS * ISO_SECTOR / 34);
		assert_true(strlen(e.name) < sizeof(e.name));
		if (e.is_dir && depth < 3)
			entries += walk_damaged(vol, &e, depth + 1);
		else if (!e.is_dir && e.len <= sizeof(content) && depth < 2)
			assert_int_equal(iso_read(vol, &e, 0, content, (size_t)e.len), 0);
	}
	assert_true(r == 0 || r == -EBADMSG);
	return entries;
}

static void test_damaged(void **state)
{
	static const size_t begin[] = { PVD + 156, PVD + 80, ROOT * ISO_SECTOR, SUB * ISO_SECTOR,
		ROOT * ISO_SECTOR + 68 };
	unsigned refused = 0, opened = 0, round;
	struct iso_volume vol;
	uint64_t rng = 1;

	(void)state;
	for (round = 0; round < 100000; round++) {
		size_t n = 1 + random_below(&rng, 4);

		make_nested();
		while (n-- > 0) {
			uint8_t *p = hand.bytes + begin[random_below(&rng, COUNT(begin))] +
				random_below(&rng, 60);
			const uint32_t value =
				(uint32_t)(random_next(&rng) >> random_below(&rng, 64));

			switch (random_below(&rng, 3)) {
			case 0:
				*p = (uint8_t)value;
				break;
			case 1:
				*p ^= (uint8_t)(1 << value % 8);
				break;
			default: /* a number whose two byte orders agree */
				both32(p, value);
			}
		}
		hand.bound = PVD + ISO_SECTOR;
		if (open_hand(&vol) < 0) {
			refused++;
			continue;
		}
		/* The only limit that the reader knows is the size that the volume states. */
		hand.bound = (uint64_t)vol.sectors * ISO_SECTOR;
		if (hand.bound <= sizeof(hand.bytes)) {
			walk_damaged(&vol, &vol.root, 0);
			opened++;
		}
	}
	assert_true(refused > 10000 && opened > 10000);
}

/* --- images made by other programs --- */

static void make_by_genisoimage(const char *const options[])
{
	const char *argv[32] = { "genisoimage", "-quiet", "-o", "image", "-V", "config-2" };
	size_t n = 6;

	while (*options)
		argv[n++] = *options++;
	argv[n] = nova_tree;
	run_program(argv);
}

/* The image is made with the options that Nova uses. */
static void test_genisoimage_nova(void **state)
{
	struct tree t;

	(void)state;
	make_by_genisoimage((const char *const[]){ "-ldots", "-allow-lowercase", "-allow-multidot",
		"-l", "-publisher", "OpenStack Nova 26.2.2", "-J", "-r", NULL });
	assert_int_equal(tree_open(&t, nova_tree, NULL, 0, NULL), 0);
	image_compare_all("image", &t);
	tree_clear(&t);
}

/* Without Rock Ridge; names have up to 31 bytes and are not converted. */
static void test_genisoimage_plain(void **state)
{
	struct tree t;

	(void)state;
	make_by_genisoimage((const char *const[]){ "-ldots", "-allow-lowercase", "-allow-multidot",
		"-l", "-relaxed-filenames", NULL });
	assert_int_equal(tree_open(&t, nova_tree, NULL, 0, NULL), 0);
	image_compare_all("image", &t);
	tree_clear(&t);
}

/* Without any option, names are in capitals, in the form 8.3, and have versions. */
static void test_genisoimage_short(void **state)
{
	static const char *const paths[] = { "openstac/content/0000",
		"openstac/latest/meta_dat.jso", "ec2/latest/user_dat",
		"OPENSTAC/2018_08_/USER_DAT" };
	struct iso_volume vol;
	struct iso_entry e;
	size_t i;
	int fd;

	(void)state;
	make_by_genisoimage((const char *const[]){ NULL });
	fd = open("image", O_RDONLY | O_CLOEXEC);
	assert_int_equal(iso_volume_open(&vol, (struct iso_input){ image_read_at, &fd }), 0);
	assert_string_equal(vol.label, "config-2");
	for (i = 0; i < COUNT(paths); i++) {
		assert_int_equal(iso_find(&vol, paths[i], &e), 0);
		assert_true(!e.is_dir && strchr(e.name, ';') == NULL);
	}
	assert_int_equal(iso_find(&vol, "openstack", &e), -ENOENT);
	close(fd);
}

/* Makes a tree with names of all lengths that fit into a record, many files, deep folders, and sizes near multiples of
 * a sector. */
static void make_odd_tree(void)
{
	static const size_t sizes[] = { 0, 1, 2047, 2048, 2049, 4096, 70000 };
	static char content[70400];
	char path[PATH_MAX] = "odd/", *name = path + 4;
	uint64_t rng = 1;
	size_t i, n;

	random_fill(&rng, content, sizeof(content));
	assert_int_equal(mkdir("odd", 0755), 0);
	for (i = 1; i < 100; i++) {
		memset(name, 'a' + (int)(i % 26), i);
		name[i] = '\0';
		file_write(path, content + i, sizes[i % COUNT(sizes)]);
	}
	for (i = 0; i < 300; i++) {
		sprintf(name, "file number \xc3\xa9 %zu.x.y", i);
		file_write(path, content + i, i % 7);
	}
	for (i = 0, n = 4; i < 20; i++) {
		n += (size_t)sprintf(path + n, "level-%zu/", i);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	strcpy(path + n, "bottom");
	file_write(path, "bottom", 6);
	assert_int_equal(mkdir("odd/empty", 0755), 0);
	assert_int_equal(symlink("empty", "odd/link"), 0);
}

static void test_own_writer(void **state)
{
	struct iso_options o = image_options();
	struct fault f;
	struct tree t;

	(void)state;
	make_odd_tree();
	assert_int_equal(tree_open(&t, "odd", NULL, 0, NULL), 0);
	if (image_write(&t, &o, "image", 64, &f) < 0)
		fail_msg("%s", f.text);
	image_compare_all("image", &t);
	o.joliet = false;
	assert_int_equal(image_write(&t, &o, "image", 64, &f), 0);
	image_compare_all("image", &t);
	tree_clear(&t);
}

/* If the image is cut off at any position, all bytes before it can be read, and reading beyond it is an error. */
static void test_truncated(void **state)
{
	struct iso_options o = image_options();
	struct iso_volume vol;
	struct iso_entry e;
	struct tree t;
	size_t len, cut;
	uint8_t *content;
	struct fault f;

	(void)state;
	assert_int_equal(tree_open(&t, nova_tree, NULL, 0, NULL), 0);
	assert_int_equal(image_write(&t, &o, "image", 64, &f), 0);
	content = (uint8_t *)file_read("image", &len);
	for (cut = 0; cut < len; cut += 509) {
		int fd, r;

		file_write("cut", content, cut);
		fd = open("cut", O_RDONLY | O_CLOEXEC);
		r = iso_volume_open(&vol, (struct iso_input){ image_read_at, &fd });
		assert_int_equal(r, cut < PVD + ISO_SECTOR ? -ENODATA : 0);
		if (r == 0) {
			char text[16384];

			r = iso_find(&vol, "openstack/latest/meta_data.json", &e);
			assert_true(r == 0 || r == -ENODATA);
			if (r == 0)
				assert_int_equal(iso_read(&vol, &e, 0, text, e.len),
					cut < e.lba * ISO_SECTOR + e.len ? -ENODATA : 0);
		}
		close(fd);
	}
	free(content);
	tree_clear(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("iso: the volume descriptor's label, size and root", test_volume),
		TEST("iso: a label ends before its padding, and may fill its field", test_labels),
		TEST("iso: other data than ISO 9660 is recognized, and a read error is returned",
			test_no_volume),
		TEST("iso: a number that contradicts itself in the volume descriptor is refused",
			test_volume_contradicts),
		TEST("iso: a volume descriptor with another block size or root is refused",
			test_volume_bad),
		TEST("iso: a directory must be a whole number of sectors, at least one",
			test_directory_extent),
		TEST("iso: an empty directory has no entries", test_empty_directory),
		TEST("iso: a record that is too short, unnamed, interleaved or contradicts itself is refused",
			test_record_bad),
		TEST("iso: an extent beyond the volume is refused", test_extent_off_the_volume),
		TEST("iso: a file's content comes after its extended attributes",
			test_extended_attributes),
		TEST("iso: a record that crosses a sector is refused", test_record_crossing_sector),
		TEST("iso: a directory continues in its next sector", test_sectors_of_a_directory),
		TEST("iso: a directory that cannot be read is an error", test_read_error),
		TEST("iso: a plain name is returned without its version and without the dot of an empty extension",
			test_plain_names),
		TEST("iso: a Rock Ridge name is joined from its pieces, and a malformed one is not used",
			test_ridge_names),
		TEST("iso: a Rock Ridge name may fill its record", test_longest_ridge_name),
		TEST("iso: adjacent extents with one name are one file", test_extents_joined),
		TEST("iso: other extents with one name are refused", test_extents_refused),
		TEST("iso: a path is found regardless of case", test_find),
		TEST("iso: a file is read within its bounds", test_read),
		TEST("iso: reading 100,000 damaged images ends, and never goes beyond their volume",
			test_damaged),
		TEST("iso: genisoimage's drive as Nova makes it is read whole",
			test_genisoimage_nova),
		TEST("iso: genisoimage's drive without Rock Ridge is read whole",
			test_genisoimage_plain),
		TEST("iso: genisoimage's drive with short names is read", test_genisoimage_short),
		TEST("iso: our own drive with odd names, many files and deep folders is read whole",
			test_own_writer),
		TEST("iso: a drive that is cut off is read up to the cut", test_truncated),
	};

	if (!realpath("tests/data/nova-tree", nova_tree))
		return 1;
	return cmocka_run_group_tests_name("iso_read", tests, temp_enter, temp_leave);
}
