/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inspect and reseed on a whole image, which they read as the commands do: it is a file in memory with as many sectors
 * as its volume has. An input is the part that is not zero: the first 256 bytes of sector 16, then all of sector 17 and
 * the following sectors. ISO 9660 does not use the eighth byte of the input, which has options here. Bit 0: the image
 * ends with the input. Bit 1: reseed mixes and makes no record. Bit 2: reseed makes a record of 256 bits, regardless of
 * the claim of the old record.
 *
 * Inspect and reseed must each end within two seconds of CPU time on any image. A reseed that fails must leave the image
 * unchanged; after one that succeeds, inspect must find the new seed and a matching note, or with "mix" the old seed. Sanitizers
 * check the rest. The seed is from the kernel, drawn by the ordinary code.
 *
 * The Makefile lists what it is linked with: all of seed/ and util/, and the reading part of drive/ and iso/.
 */
#include "drive/inspect.h"
#include "drive/reseed.h"
#include "util/io.h"
#include "util/sha256.h"
#include "util/show.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PVD           ((uint64_t)16 * ISO_SECTOR)
#define PVD_USED      256
#define HOW_AT        7 /* the eighth byte */
#define HOW_CUT       1
#define HOW_MIX       2
#define HOW_BITS      4
#define SPACE_AT      80
#define REST          ((uint64_t)17 * ISO_SECTOR)
#define COMPARED      ((uint64_t)40 * ISO_SECTOR)
#define LIMIT_SECONDS 2
#define USUAL_SIZE    64u /* sectors of most volumes, because reading more takes long */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static int image = -1;
static char path[64];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	image = memfd_create("image", MFD_CLOEXEC);
	assert(image >= 0 && sodium_init() >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", image);
	return 0;
}

/* The CPU time of this process, so that the load of the machine does not matter. */
static double processor_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint32_t little32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void make_image(const uint8_t *data, size_t size)
{
	const size_t used = size < PVD_USED ? size : PVD_USED;
	uint64_t end = REST + (size - used);

	if (size >= PVD_USED && !(data[HOW_AT] & HOW_CUT) &&
		little32(data + SPACE_AT) > end / ISO_SECTOR)
		end = (uint64_t)little32(data + SPACE_AT) * ISO_SECTOR;
	assert(ftruncate(image, 0) == 0 && ftruncate(image, (off_t)end) == 0);
	assert(io_pwrite(image, data, used, PVD) == 0);
	assert(io_pwrite(image, data + used, size - used, REST) == 0);
}

/* Copies the beginning of the image, which contains all of the input, and returns its length. */
static size_t snapshot(uint8_t **ret)
{
	const off_t size = lseek(image, 0, SEEK_END);
	const size_t len = (uint64_t)size < COMPARED ? (size_t)size : COMPARED;

	*ret = malloc(len);
	assert(*ret && io_pread(image, *ret, len, 0) == 0);
	return len;
}

static void check_line(const struct fault *f, int r)
{
	char shown[4 * sizeof(f->text)];

	if (r == 0)
		return;
	assert((f->status == EXIT_FAILED || f->status == EXIT_REFUSED) && f->text[0]);
	show_text(shown, sizeof(shown), f->text);
	assert(strchr(shown, '\n') == NULL && strchr(shown, '\33') == NULL);
}

static void check_budget(const struct image *im, int r)
{
	const struct image_budget *b = &im->budget;

	assert(r < 0 || !b->exceeded);
	/* At most one read goes beyond the limit. */
	assert(b->sectors <= IMAGE_SECTORS_MAX + iso_sectors(MIX_FILE_MAX) &&
		b->folders <= IMAGE_FOLDERS_MAX + 1);
	assert(b->exceeded ||
		(b->sectors <= IMAGE_SECTORS_MAX && b->folders <= IMAGE_FOLDERS_MAX &&
			b->metadata <= IMAGE_METADATA_MAX));
}

struct seen {
	bool has_record, note_agrees;
	struct record record;
};

static int inspect(struct seen *ret)
{
	static struct inspect in;
	struct fault f = { 0 };
	int r;

	in = (struct inspect){ .image.fd = -1 };
	r = inspect_image(&in, path, O_RDONLY, 1795435200, &f);
	check_line(&f, r);
	check_budget(&in.image, r);
	assert(in.repeated <= in.values.count);
	if (r == 0 && in.image.has_record) {
		assert(in.image.record.credit_bits <= RECORD_BITS_MAX);
		assert(in.image.spent || in.image.record.seed_len <= RECORD_SIZE_MAX);
		*ret = (struct seen){ true, in.note_agrees, in.image.record };
	}
	inspect_clear(&in);
	return r;
}

static void hear(void *ctx, const char *text)
{
	(void)ctx;
	assert(text[0] && strlen(text) < (size_t)2 * PATH_MAX);
}

static int reseed(uint8_t how)
{
	static const struct warning_sink sink = { hear, NULL };
	static struct reseed re;
	struct fault f = { 0 };
	int r;

	re = (struct reseed){ .image.fd = -1,
		.mode = how & HOW_MIX ? DRIVE_SEED_MIX : DRIVE_SEED_ON,
		.warn = &sink,
		.has_bits = how & HOW_BITS,
		.asked.bits = RECORD_BLOCK_BITS };
	assert(source_parse("kernel", &re.asked.sources, NULL) == 0);
	r = reseed_image(&re, path, &f);
	check_line(&f, r);
	check_budget(&re.image, r);
	reseed_clear(&re);
	return r;
}

static void check_renewed(uint8_t how, const struct seen *old)
{
	struct seen new = { 0 };
	int same;

	assert(inspect(&new) == 0 && new.has_record == old->has_record);
	same = memcmp(new.record.seed_id, old->record.seed_id, RECORD_ID_SIZE) == 0;
	assert(how & HOW_MIX ? same : !same && new.note_agrees);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t how = size > HOW_AT ? data[HOW_AT] : 0;
	uint8_t *before, *after;
	struct seen old = { 0 };
	double begin;
	size_t len;
	int seen, r;

	make_image(data, size);
	len = snapshot(&before);
	begin = processor_seconds();
	seen = inspect(&old);
	assert(processor_seconds() - begin < LIMIT_SECONDS);
	begin = processor_seconds();
	r = reseed(how);
	assert(processor_seconds() - begin < LIMIT_SECONDS);
	assert(snapshot(&after) == len);
	/* If reseed succeeded, inspect has read the volume, the root and the record, too. */
	if (r < 0)
		assert(memcmp(before, after, len) == 0);
	else
		assert(seen == 0 || seen == -EBADMSG || seen == -EDQUOT);
	if (r == 0 && seen == 0)
		check_renewed(how, &old);
	free(before);
	free(after);
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

/* A folder begins with its own entry, of 34 bytes and the name 0. */
static bool is_folder(const uint8_t *sector, size_t len)
{
	return len >= 34 && sector[0] == 34 && sector[32] == 1 && sector[33] == 0;
}

/* The length of the entry at @pos of a folder's sector; 0 if there is none. */
static size_t entry_at(const uint8_t *sector, size_t len, size_t pos)
{
	const size_t left = len - pos;

	return left >= 34 && sector[pos] >= 34 && sector[pos] <= left ? sector[pos] : 0;
}

static void repair_folder(uint8_t *sector, size_t len)
{
	size_t pos = 0, n;

	for (; pos < len && (n = entry_at(sector, len, pos)) > 0; pos += n) {
		repair_pair(sector + pos + 2, 4);
		repair_pair(sector + pos + 10, 4);
	}
}

/* Sets a record's digest, which is over the seed and over the header without the digest. Otherwise every change of a
 * record would be refused because of its digest. */
static void repair_record(uint8_t *record, size_t left)
{
	const size_t head = RECORD_HEADER - SHA256_SIZE, seed_len = little32(record + 12);
	struct sha256 s;

	if (seed_len > left - RECORD_HEADER)
		return;
	sha256_begin(&s);
	sha256_add(&s, record, head);
	sha256_add(&s, record + RECORD_HEADER, seed_len);
	sha256_end(&s, record + head);
}

static void repair(uint8_t *data, size_t size, bool large)
{
	size_t pos;

	if (size < PVD_USED)
		return;
	if (!large && little32(data + SPACE_AT) > USUAL_SIZE)
		memcpy(data + SPACE_AT, (const uint8_t[]){ USUAL_SIZE, 0, 0, 0 }, 4);
	repair_pair(data + SPACE_AT, 4);
	repair_pair(data + 128, 2);
	repair_pair(data + 158, 4);
	repair_pair(data + 166, 4);
	for (pos = PVD_USED; pos < size; pos += ISO_SECTOR) {
		const size_t len = size - pos < ISO_SECTOR ? size - pos : ISO_SECTOR;

		if (is_folder(data + pos, len))
			repair_folder(data + pos, len);
		else if (len >= RECORD_HEADER &&
			(memcmp(data + pos, "SEEDRIVE", 8) == 0 ||
				memcmp(data + pos, "SEEDGONE", 8) == 0))
			repair_record(data + pos, size - pos);
	}
}

/* Chooses one entry of all folders by @pick, and changes it. */
static void mutate_entry(uint8_t *data, size_t size, unsigned pick)
{
	size_t pos, at, n, found = 0, best = 0;

	for (pos = PVD_USED; pos + 34 <= size; pos += ISO_SECTOR) {
		const size_t len = size - pos < ISO_SECTOR ? size - pos : ISO_SECTOR;

		if (!is_folder(data + pos, len))
			continue;
		for (at = 0; at < len && (n = entry_at(data + pos, len, at)) > 0; at += n)
			if (pick % ++found == 0)
				best = pos + at;
	}
	if (best > 0)
		LLVMFuzzerMutate(data + best + 2, data[best] - 2u, data[best] - 2u);
}

/* Copies a sector over another one, so that folders contain folders, files overlap, or a record occurs twice. */
static void copy_sector(uint8_t *data, size_t size, unsigned pick)
{
	const size_t sectors = size > PVD_USED ? (size - PVD_USED) / ISO_SECTOR : 0;

	if (sectors > 1)
		memmove(data + PVD_USED + pick % sectors * ISO_SECTOR,
			data + PVD_USED + pick / 64 % sectors * ISO_SECTOR, ISO_SECTOR);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	if (size <= PVD_USED || seed % 8 == 0)
		size = LLVMFuzzerMutate(data, size, max_size);
	else if (seed % 8 == 1)
		LLVMFuzzerMutate(data, PVD_USED, PVD_USED);
	else if (seed % 8 == 2)
		copy_sector(data, size, seed / 8);
	else if (seed % 8 == 3)
		LLVMFuzzerMutate(data + PVD_USED, size - PVD_USED, size - PVD_USED);
	else
		mutate_entry(data, size, seed / 8);
	if (seed / 8 % 16 != 0)
		repair(data, size, seed / 128 % 256 == 0);
	return size;
}

#pragma clang attribute pop
