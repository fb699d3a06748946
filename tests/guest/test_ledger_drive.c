/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A disk that has a volatile cache, blocks of 512 or 4096 bytes, and a record. */
#include "tests/lib/unit.h"

#include "guest/ledger_drive.c"

#define DISK_FD   3
#define DISK_SIZE 32768

static struct {
	uint8_t now[DISK_SIZE], medium[DISK_SIZE];
	int sector;
	bool writable, held;
	int open_error, fsync_error;
	bool forgets_writes, short_write, child_hangs, replaced, reads_nothing;
	uint8_t replaced_by[RECORD_SECTOR];
	int reads, failing_read, writes;
	int open_fds;
	unsigned wait_ms;
} disk;

static struct drive drive;

bool device_writable(const struct drive *d)
{
	assert_ptr_equal(d, &drive);
	return disk.writable;
}

/* The device must be opened exclusively and with O_DIRECT, which bypasses the page cache. */
int device_open(const struct drive *d, int flags)
{
	assert_ptr_equal(d, &drive);
	assert_int_equal(flags, O_RDWR | O_DIRECT | O_EXCL);
	if (disk.held)
		return -EBUSY;
	if (disk.open_error)
		return disk.open_error;
	disk.open_fds++;
	return DISK_FD;
}

void sys_close(int fd)
{
	assert_int_equal(fd, DISK_FD);
	disk.open_fds--;
}

int sys_ioctl(int fd, unsigned long what, void *arg)
{
	assert_int_equal(fd, DISK_FD);
	assert_int_equal(what, BLOCK_SECTOR_SIZE);
	if (disk.sector < 0)
		return -ENOTTY;
	*(int *)arg = disk.sector;
	return 0;
}

static void assert_aligned(size_t len, uint64_t off)
{
	assert_int_equal(len % (size_t)disk.sector, 0);
	assert_int_equal(off % (size_t)disk.sector, 0);
	assert_true(off + len <= DISK_SIZE);
}

long sys_pread(int fd, void *buf, size_t len, uint64_t off)
{
	assert_int_equal(fd, DISK_FD);
	assert_aligned(len, off);
	if (++disk.reads == disk.failing_read)
		return -EIO;
	if (disk.reads == 1 || !disk.reads_nothing)
		memcpy(buf, disk.now + off, len);
	return (long)len;
}

long sys_pwrite(int fd, const void *buf, size_t len, uint64_t off)
{
	assert_int_equal(fd, DISK_FD);
	assert_aligned(len, off);
	disk.writes++;
	if (disk.short_write)
		return (long)len - 512;
	if (!disk.forgets_writes)
		memcpy(disk.now + off, buf, len);
	if (disk.replaced)
		memcpy(disk.now + drive.at, disk.replaced_by, RECORD_SECTOR);
	return (long)len;
}

int sys_fsync(int fd)
{
	assert_int_equal(fd, DISK_FD);
	if (disk.fsync_error)
		return disk.fsync_error;
	memcpy(disk.medium, disk.now, DISK_SIZE);
	return 0;
}

bool child_call(size_t i, child_work *work, struct drive *d, unsigned limit_ms)
{
	static _Alignas(4096) uint8_t window[PROBE_WINDOW];
	size_t k;

	assert_int_equal(i, 7);
	assert_int_equal(limit_ms, disk.wait_ms);
	work(d, window);
	for (k = 0; k < sizeof(window) && disk.open_error == 0 && !disk.held; k++)
		assert_int_equal(window[k], 0);
	return !disk.child_hangs;
}

static const uint8_t id[RECORD_ID_SIZE] = { 0xd1 };

static void start_at(uint64_t at, int sector)
{
	static uint8_t seed[RECORD_BLOCK];
	struct record rec = { .credit_bits = 256, .seed = seed, .seed_len = sizeof(seed) };

	memset(&disk, 0, sizeof(disk));
	memset(&drive, 0, sizeof(drive));
	memset(seed, 0x5e, sizeof(seed));
	memset(disk.now, 0xaa, DISK_SIZE);
	memcpy(rec.seed_id, id, sizeof(id));
	drive.at = at;
	drive.len = RECORD_SECTOR;
	drive.persistent = true;
	assert_int_equal(record_encode(&rec, drive.raw, RECORD_SECTOR), 0);
	memcpy(disk.now + at, drive.raw, RECORD_SECTOR);
	memcpy(disk.medium, disk.now, DISK_SIZE);
	disk.sector = sector;
	disk.writable = true;
	disk.wait_ms = 3000;
}

static int start(void **state)
{
	(void)state;
	start_at(4 * RECORD_SECTOR, 512);
	return 0;
}

static enum ledger_state look(bool vouched)
{
	const struct ledger_entry e = { .drive = &drive, .vouched = vouched };

	return ledger_drive_look(&e);
}

static enum ledger_state commit(void)
{
	const struct ledger_entry e = { .drive = &drive, .index = 7, .wait_ms = 3000 };
	enum ledger_state state = ledger_drive_commit(&e);

	assert_int_equal(disk.open_fds, 0);
	return state;
}

static bool has_tombstone(const uint8_t *image)
{
	struct record rec;

	return record_parse_tombstone(image + drive.at, drive.len, &rec) == 0 &&
		memcmp(rec.seed_id, id, sizeof(id)) == 0;
}

/* Only the record's sector may change. */
static void assert_rest_untouched(void)
{
	size_t i;

	for (i = 0; i < DISK_SIZE; i++)
		if (i < drive.at || i >= drive.at + drive.len)
			assert_int_equal(disk.now[i], 0xaa);
}

static void test_power_cut(void **state)
{
	static const struct {
		uint64_t at;
		int sector;
	} cases[] = { { 4 * 2048, 512 }, { 4 * 2048, 4096 }, { 5 * 2048, 4096 },
		{ 5 * 2048, 2048 } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		start_at(cases[i].at, cases[i].sector);
		assert_int_equal(look(false), LEDGER_FREE);
		assert_int_equal(commit(), LEDGER_COMMITTED);
		assert_true(has_tombstone(disk.medium));
		assert_rest_untouched();
	}
}

static void assert_fails(void)
{
	assert_int_equal(commit(), LEDGER_FAILED);
}

static void test_doubts(void **state)
{
	disk.fsync_error = -EIO;
	assert_fails();
	start(state);
	disk.forgets_writes = true;
	assert_fails();
	start(state);
	disk.short_write = true;
	assert_fails();
	start(state);
	disk.child_hangs = true;
	assert_fails();
	/* The read reports success, but has not read anything. */
	start(state);
	disk.reads_nothing = disk.forgets_writes = true;
	assert_fails();
	for (int n = 1; n <= 2; n++) {
		start(state);
		disk.failing_read = n;
		assert_fails();
		assert_int_equal(disk.writes, n - 1);
	}
}

/* If another program has changed the drive since it was read, it must not be overwritten. */
static void test_changed(void **state)
{
	struct record rec = { .credit_bits = 256, .seed = disk.now, .seed_len = RECORD_BLOCK };

	(void)state;
	disk.now[drive.at + RECORD_HEADER] ^= 1;
	assert_fails();
	assert_int_equal(disk.writes, 0);
	/* The drive now has another, complete seed. */
	assert_int_equal(record_encode(&rec, disk.now + drive.at, RECORD_SECTOR), 0);
	assert_fails();
	/* The bytes that were read from the drive are not a record. */
	memset(drive.raw, 0, sizeof(drive.raw));
	memset(disk.now + drive.at, 0, drive.len);
	assert_fails();
	assert_int_equal(disk.writes, 0);
}

/* While we write, another program writes the tombstone of another seed to the same place. */
static void test_other_tombstone(void **state)
{
	static uint8_t seed[RECORD_BLOCK];
	const struct record rec = { .credit_bits = 256, .seed = seed, .seed_len = sizeof(seed) };

	(void)state;
	assert_int_equal(record_encode(&rec, disk.replaced_by, RECORD_SECTOR), 0);
	record_make_tombstone(disk.replaced_by, RECORD_SECTOR);
	disk.replaced = true;
	assert_fails();
	assert_int_equal(disk.writes, 1);
}

static void test_absent(void **state)
{
	const struct ledger_entry none = { .index = 7 };

	(void)state;
	assert_int_equal(ledger_drive_look(&none), LEDGER_ABSENT);
	disk.writable = false;
	assert_int_equal(look(false), LEDGER_ABSENT);
	assert_int_equal(look(true), LEDGER_ABSENT);
	disk.writable = true;
	drive.persistent = false;
	assert_int_equal(look(false), LEDGER_FORGETS);
	assert_int_equal(look(true), LEDGER_FREE);
	disk.held = true;
	assert_int_equal(commit(), LEDGER_ABSENT);
	disk.held = false;
	for (size_t i = 0; i < 4; i++) {
		start(state);
		disk.sector = (const int[]){ -1, 0, -512, 2 * PROBE_WINDOW }[i];
		assert_int_equal(commit(), LEDGER_ABSENT);
		assert_int_equal(disk.writes, 0);
	}
	/* The blocks that contain the record do not fit into the buffer. */
	start(state);
	drive.at = 6144;
	drive.len = RECORD_SIZE_MAX;
	disk.sector = 8192;
	assert_int_equal(commit(), LEDGER_ABSENT);
	assert_int_equal(disk.reads, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "ledger_drive: after a commit and a power cut the tombstone is there, and nothing else has changed",
			test_power_cut, start, NULL, NULL },
		{ "ledger_drive: if a write, a flush or the read back fails, nothing counts as committed",
			test_doubts, start, NULL, NULL },
		{ "ledger_drive: a drive that has changed since it was read is not overwritten",
			test_changed, start, NULL, NULL },
		{ "ledger_drive: a tombstone of another seed is not taken for ours",
			test_other_tombstone, start, NULL, NULL },
		{ "ledger_drive: a drive that is read-only, in use, or does not last is no ledger",
			test_absent, start, NULL, NULL },
	};

	return cmocka_run_group_tests_name("ledger_drive", tests, NULL, NULL);
}
