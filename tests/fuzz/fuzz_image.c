/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inspect and reseed on a whole image, which they read as the commands do: it is a file in memory with as many sectors
 * as its volume has. An input is the part that is not zero: the first 256 bytes of sector 16, then all of sector 17 and
 * the following sectors. ISO 9660 does not use the eighth byte of the input, which has options here. Bit 0: the image
 * ends with the input. Bit 1: reseed mixes and makes no record. Bit 2: reseed makes a record of 256 bits, regardless of
 * the claim of the old record. Bit 3: symbolic links are refused, and there is one in the path of the image. Bit 4:
 * reseed sets a lifetime. Bit 5: reseed binds the record. Bit 6: reseed lists the sources in the note. Bit 7: reseed
 * asks for more bits than most records have room for. Nor does ISO 9660 use the bytes from the 89th on: struct odd says
 * what they do.
 *
 * Inspect and reseed must each end within two seconds of CPU time on any image. A reseed that fails must leave the image
 * unchanged, unless a call of the kernel fails after the first write. After a reseed that succeeds, inspect must find
 * the new seed and a matching note, or with "mix" the old seed. If a read or a write fails, so must reseed. Sanitizers
 * check the rest. The seed is from the kernel, drawn by the ordinary code.
 *
 * The Makefile lists what it is linked with: all of seed/ and util/, and the reading part of drive/ and iso/.
 */
#include "drive/inspect.h"
#include "drive/reseed.h"
#include "tests/fuzz/failing.h"
#include "util/io.h"
#include "util/sha256.h"
#include "util/show.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/major.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define PVD           ((uint64_t)16 * ISO_SECTOR)
#define PVD_USED      256
#define HOW_AT        7 /* the eighth byte */
#define HOW_CUT       1
#define HOW_MIX       2
#define HOW_BITS      4
#define HOW_NO_LINKS  8
#define HOW_TTL       16
#define HOW_BIND      32
#define HOW_LIST      64
#define HOW_MANY_BITS 128
#define ODD_AT        88
#define COPIES_MAX    1200u
#define NOW           1795435200
#define TTL           3600
#define UUID          "b65cee2f-8c69-4aeb-be2f-f79742548fc2"
#define SPACE_AT      80
#define REST          ((uint64_t)17 * ISO_SECTOR)
#define COMPARED      ((uint64_t)40 * ISO_SECTOR)
#define LIMIT_SECONDS 2
#define USUAL_SIZE    64u /* sectors of most volumes, because reading more takes long */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* The image; the descriptor that the path names, which is a copy of it; another file. */
static int image = -1, named = -1, other = -1;
static char path[64];

/* --- what is not as it should be --- */

enum odd_path { PATH_ORDINARY, PATH_FOLDER, PATH_DEVICE, PATH_NONE, PATH_CUT };
/* DEVICE_BLOCK: the image seems to be a block device. DEVICE_OTHER: the path seems to lead to a file that has the same
 * number, but is on another file system. */
enum odd_device { DEVICE_REAL, DEVICE_BLOCK, DEVICE_OTHER };
enum odd_call {
	CALL_PREAD = 1,
	CALL_PWRITE,
	CALL_FSYNC,
	CALL_REALLOC,
	CALL_SECRET,
	CALL_FSTAT,
	CALL_STAT,
	CALL_CLOCK,
	CALL_REPLACED,
	CALL_CHANGED
};

/* The bytes from ODD_AT on, in this order. */
struct odd {
	uint8_t path; /* where the path leads; PATH_CUT: the image ends within its first volume descriptor */
	/* The call that fails, and how many calls of it succeed before. CALL_SECRET: memory for a secret of @calls
	 * times 64 bytes, or up to 63 more, is refused. CALL_CLOCK: a read takes two seconds. CALL_REPLACED: before a
	 * read, the path of the image leads to another file. CALL_CHANGED: before a read, somebody changes a byte of
	 * the sector that is @sector after the 16th. */
	uint8_t call, calls;
	uint8_t sector;    /* this sector after the 16th is followed by @copies copies of itself */
	uint8_t low, high; /* of @copies */
	uint8_t device;    /* enum odd_device */
};

static struct odd odd;
static struct stat image_stat;
static unsigned written;
static bool replaced;              /* before anything was written */
static _Thread_local time_t later; /* seconds that seem to have passed */

#pragma clang attribute push(__attribute__((no_sanitize("coverage"))), apply_to = function)

ssize_t __interceptor_pread(int fd, void *buf, size_t len, off_t off);
ssize_t __interceptor_pwrite(int fd, const void *buf, size_t len, off_t off);
void *__interceptor_realloc(void *p, size_t size);
void *__interceptor_reallocarray(void *p, size_t count, size_t size);

ssize_t pread(int fd, void *buf, size_t len, off_t off)
{
	if (failing_now(CALL_PREAD, EIO))
		return -1;
	if (failing_now(CALL_CLOCK, 0))
		later += 2;
	if (failing_now(CALL_REPLACED, 0)) {
		replaced = written == 0;
		assert(dup2(other, named) == named);
	}
	if (failing_now(CALL_CHANGED, 0))
		assert(__interceptor_pwrite(
			       image, "?", 1, (off_t)(PVD + odd.sector * ISO_SECTOR + 72)) == 1);
	return __interceptor_pread(fd, buf, len, off);
}

ssize_t pwrite(int fd, const void *buf, size_t len, off_t off)
{
	if (failing_now(CALL_PWRITE, EIO))
		return -1;
	written++;
	return __interceptor_pwrite(fd, buf, len, off);
}

int fsync(int fd)
{
	return failing_now(CALL_FSYNC, EIO) ? -1 : (int)syscall(SYS_fsync, fd);
}

static bool no_memory(const void *caller)
{
	return failing_in_program(caller) && failing_now(CALL_REALLOC, ENOMEM);
}

void *realloc(void *p, size_t size)
{
	return no_memory(__builtin_return_address(0)) ? NULL : __interceptor_realloc(p, size);
}

void *reallocarray(void *p, size_t count, size_t size)
{
	return no_memory(__builtin_return_address(0)) ? NULL :
							__interceptor_reallocarray(p, count, size);
}

void *sodium_malloc(size_t size)
{
	static void *(*real)(size_t);

	if (failing.which == CALL_SECRET && size / 64 == odd.calls) {
		failing.happened = true;
		errno = ENOMEM;
		return NULL;
	}
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "sodium_malloc");
	return real(size);
}

static bool is_image(const struct stat *st)
{
	return st->st_ino == image_stat.st_ino && st->st_dev == image_stat.st_dev;
}

int fstat(int fd, struct stat *ret)
{
	const int r = fstatat(fd, "", ret, AT_EMPTY_PATH);

	if (r < 0 || !is_image(ret))
		return r;
	if (failing_now(CALL_FSTAT, EIO))
		return -1;
	if (odd.device == DEVICE_BLOCK) {
		ret->st_mode = S_IFBLK | 0600;
		ret->st_rdev = makedev(LOOP_MAJOR, 4095);
	}
	return 0;
}

int stat(const char *name, struct stat *ret)
{
	int fd, r;

	if (strcmp(name, path) != 0)
		return fstatat(AT_FDCWD, name, ret, 0);
	if (failing_now(CALL_STAT, EIO))
		return -1;
	fd = open(name, O_PATH | O_CLOEXEC);
	r = fd < 0 ? -1 : fstat(fd, ret);
	close(fd);
	if (odd.device == DEVICE_OTHER)
		ret->st_dev++;
	return r;
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	const int r = (int)syscall(SYS_clock_gettime, clock, ret);

	if (clock == CLOCK_MONOTONIC)
		ret->tv_sec += later;
	return r;
}

#pragma clang attribute pop

/* --- the image --- */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	image = memfd_create("image", MFD_CLOEXEC);
	other = memfd_create("other", MFD_CLOEXEC);
	assert(image >= 0 && other >= 0 && fstatat(image, "", &image_stat, AT_EMPTY_PATH) == 0);
	named = fcntl(image, F_DUPFD_CLOEXEC, 0);
	assert(named >= 0 && sodium_init() >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", named);
	inspect_clear(NULL);
	image_close(NULL);
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

static void set_odd(const uint8_t *data, size_t size)
{
	odd = (struct odd){ 0 };
	if (size >= PVD_USED)
		memcpy(&odd, data + ODD_AT, sizeof(odd));
}

/* Writes @data from the sector after the descriptor on; one of its sectors may occur several times. Returns: the end. */
static uint64_t write_rest(const uint8_t *data, size_t size)
{
	const size_t first = (size_t)odd.sector * ISO_SECTOR, next = first + ISO_SECTOR;
	const unsigned copies = odd.low | (unsigned)odd.high << 8;
	uint64_t end = REST + size;
	unsigned i;

	if (copies == 0 || copies > COPIES_MAX || next > size) {
		assert(io_pwrite(image, data, size, REST) == 0);
		return end;
	}
	assert(io_pwrite(image, data, next, REST) == 0);
	for (i = 0; i < copies; i++)
		assert(io_pwrite(image, data + first, ISO_SECTOR,
			       REST + next + (uint64_t)i * ISO_SECTOR) == 0);
	assert(io_pwrite(image, data + next, size - next,
		       REST + next + (uint64_t)copies * ISO_SECTOR) == 0);
	return end + (uint64_t)copies * ISO_SECTOR;
}

static void make_image(const uint8_t *data, size_t size)
{
	const size_t used = size < PVD_USED ? size : PVD_USED;
	uint64_t end;

	assert(ftruncate(image, 0) == 0);
	assert(io_pwrite(image, data, used, PVD) == 0);
	end = write_rest(data + used, size - used);
	if (size >= PVD_USED && !(data[HOW_AT] & HOW_CUT) &&
		little32(data + SPACE_AT) > end / ISO_SECTOR)
		end = (uint64_t)little32(data + SPACE_AT) * ISO_SECTOR;
	if (odd.path == PATH_CUT)
		end = PVD + used;
	assert(ftruncate(image, (off_t)end) == 0);
}

static const char *begin_odd(void)
{
	assert(dup2(image, named) == named);
	written = 0;
	replaced = false;
	later = 0;
	failing_begin(odd.call, odd.calls);
	return odd.path == PATH_FOLDER  ? "/" :
		odd.path == PATH_DEVICE ? "/dev/zero" :
		odd.path == PATH_NONE   ? "/proc/self/fd/none" :
					  path;
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
	if (r == -EDQUOT)
		assert(b->exceeded);
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

/* Once a limit of sectors was exceeded, nothing more is read. */
static void check_stopped(struct image *im)
{
	const char *const exceeded = im->budget.exceeded;
	struct fault f = { 0 };

	if (im->budget.sectors > IMAGE_SECTORS_MAX && im->has_metadata &&
		im->metadata_folder.is_dir)
		assert(image_check_metadata(im, &f) < 0 && im->budget.exceeded == exceeded);
}

static int inspect(uint8_t how, struct seen *ret)
{
	static struct inspect in;
	struct fault f = { 0 };
	bool failed;
	int r;

	in = (struct inspect){ .image.fd = -1 };
	r = inspect_image(
		&in, begin_odd(), how & HOW_NO_LINKS ? O_RDONLY | O_NOFOLLOW : O_RDONLY, NOW, &f);
	failed = failing_end();
	check_line(&f, r);
	check_budget(&in.image, r);
	check_stopped(&in.image);
	if (failed &&
		(odd.call == CALL_PREAD || odd.call == CALL_REALLOC || odd.call == CALL_SECRET))
		assert(r < 0 || in.image.root_error < 0 || !in.note_agrees);
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

static uint32_t bits(uint8_t how)
{
	return how & HOW_MANY_BITS ? RECORD_BITS_MAX : RECORD_BLOCK_BITS;
}

static int reseed(uint8_t how, bool *ret_failed)
{
	static const struct warning_sink sink = { hear, NULL };
	static struct reseed re;
	struct fault f = { 0 };
	int r;

	re = (struct reseed){ .image.fd = -1,
		.mode = how & HOW_MIX ? DRIVE_SEED_MIX : DRIVE_SEED_ON,
		.warn = &sink,
		.has_bits = how & (HOW_BITS | HOW_MANY_BITS),
		.no_links = how & HOW_NO_LINKS,
		.provenance = how & HOW_LIST,
		.bind = how & HOW_BIND ? UUID : NULL,
		.has_ttl = how & HOW_TTL,
		.ttl = TTL,
		.asked.bits = bits(how) };
	assert(source_parse("kernel", &re.asked.sources, NULL) == 0);
	r = reseed_image(&re, begin_odd(), &f);
	*ret_failed = failing_end();
	check_line(&f, r);
	check_budget(&re.image, r);
	reseed_clear(&re);
	return r;
}

static void check_renewed(uint8_t how, const struct seen *old)
{
	struct seen new = { 0 };
	int same;

	odd.call = 0;
	assert(inspect(how, &new) == 0 && new.has_record == old->has_record);
	if (!(how & HOW_MIX) && how & HOW_TTL)
		assert(new.record.ttl == TTL);
	if (!(how & HOW_MIX) && how & HOW_BIND)
		assert(record_bound(&new.record));
	same = memcmp(new.record.seed_id, old->record.seed_id, RECORD_ID_SIZE) == 0;
	assert(how & HOW_MIX ? same : !same && new.note_agrees);
}

/* Did reseed return what it must after a failure? */
static void check_failure(uint8_t how, bool failed, int r)
{
	const enum odd_call call = odd.call;

	assert(r == 0 || written == 0 || failed);
	if (failed &&
		(call == CALL_PREAD || call == CALL_PWRITE || call == CALL_FSYNC ||
			call == CALL_STAT))
		assert(r < 0);
	if (replaced || odd.device == DEVICE_OTHER)
		assert(r < 0);
	if ((odd.path > PATH_ORDINARY && odd.path <= PATH_CUT) || how & HOW_NO_LINKS)
		assert(r < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t how = size > HOW_AT ? data[HOW_AT] : 0;
	uint8_t *before, *after;
	struct seen old = { 0 };
	bool failed;
	double begin;
	size_t len;
	int seen, r;

	set_odd(data, size);
	make_image(data, size);
	len = snapshot(&before);
	begin = processor_seconds();
	seen = inspect(how, &old);
	assert(processor_seconds() - begin < LIMIT_SECONDS);
	begin = processor_seconds();
	r = reseed(how, &failed);
	assert(processor_seconds() - begin < LIMIT_SECONDS);
	assert(snapshot(&after) == len);
	check_failure(how, failed, r);
	/* If reseed succeeded, inspect has read the volume, the root and the record, too. */
	if (r < 0 && written == 0 && odd.call != CALL_CHANGED)
		assert(memcmp(before, after, len) == 0);
	else if (r == 0 && odd.call == 0)
		assert(seen == 0 || seen == -EBADMSG || seen == -EDQUOT);
	if (r == 0 && seen == 0 && odd.call != CALL_CHANGED)
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
	if (!large)
		memset(data + ODD_AT + offsetof(struct odd, low), 0, 2);
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
