/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Simulates firmware that stores one variable, and an efivarfs that makes it immutable. */
#include "tests/lib/unit.h"

#include "guest/ledger_efi.c"

#define FOLDER  3
#define FILE_FD 4

static struct {
	bool mounted, read_only, exists, immutable;
	int write_error;
	bool forgets_writes, garbles_writes;
	size_t room; /* for the content; 0: unlimited */
	int no_room; /* the error for a content that is larger; 0: ENOSPC */
	size_t len;
	uint8_t content[2 * sizeof(struct variable)];
	unsigned writes;
} fw;

int sys_open_dir(int at, const char *path)
{
	(void)at;
	assert_string_equal(path, EFIVARS);
	return fw.mounted ? FOLDER : -ENOENT;
}

int sys_open_at(int at, const char *path, int flags, unsigned mode)
{
	assert_int_equal(at, FOLDER);
	assert_string_equal(path, VARIABLE);
	if (!fw.exists && !(flags & O_CREAT))
		return -ENOENT;
	if ((flags & O_ACCMODE) == O_WRONLY) {
		assert_int_equal(mode, 0600);
		if (fw.read_only)
			return -EROFS;
		if (fw.immutable)
			return -EPERM;
		fw.exists = true; /* with a length of 0 until the firmware accepts a write */
	}
	return FILE_FD;
}

void sys_close(int fd)
{
	assert_true(fd == FOLDER || fd == FILE_FD);
}

int sys_fstatfs(int fd, struct statfs *ret)
{
	assert_int_equal(fd, FOLDER);
	memset(ret, 0, sizeof(*ret));
	ret->f_type = EFIVARFS_KIND;
	ret->f_flags = fw.read_only ? ST_RDONLY : 0;
	return 0;
}

long sys_read(int fd, void *buf, size_t len)
{
	size_t n = fw.len < len ? fw.len : len;

	assert_int_equal(fd, FILE_FD);
	memcpy(buf, fw.content, n);
	return (long)n;
}

/* A write replaces the whole variable, or fails. */
long sys_write(int fd, const void *buf, size_t len)
{
	assert_int_equal(fd, FILE_FD);
	fw.writes++;
	if (fw.write_error)
		return fw.write_error;
	if (fw.room && len > fw.room)
		return fw.no_room ? fw.no_room : -ENOSPC;
	assert_true(len <= sizeof(fw.content));
	if (!fw.forgets_writes) {
		memcpy(fw.content, buf, len);
		fw.content[HEAD] ^= fw.garbles_writes;
		fw.len = len;
	}
	return (long)len;
}

int sys_ioctl(int fd, unsigned long what, void *arg)
{
	int *flags = arg;

	assert_int_equal(fd, FILE_FD);
	if (what == GET_FLAGS) {
		*flags = fw.immutable ? IMMUTABLE : 0;
	} else {
		assert_int_equal(what, SET_FLAGS);
		fw.immutable = *flags & IMMUTABLE;
	}
	return 0;
}

static struct record seed(unsigned n)
{
	struct record rec = { .ttl = n % 2 ? 3600 : 0 };

	memcpy(rec.seed_id, &n, sizeof(n));
	rec.seed_id[15] = 0xee;
	return rec;
}

static enum ledger_state look(const struct record *rec)
{
	const struct ledger_entry e = { .rec = rec, .efi = true };

	return ledger_efi_look(&e);
}

static enum ledger_state spend(const struct record *rec)
{
	const struct ledger_entry e = { .rec = rec, .efi = true };

	assert_int_equal(ledger_efi_look(&e), LEDGER_FREE);
	return ledger_efi_commit(&e);
}

static int start(void **state)
{
	(void)state;
	memset(&fw, 0, sizeof(fw));
	memset(met, 0, sizeof(met));
	fw.mounted = true;
	return 0;
}

/* A seed with a time to live stays, too, because no clock is read. */
static void test_set(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < ENTRIES_MAX; i++) {
		const struct record rec = seed(i);

		assert_int_equal(spend(&rec), LEDGER_COMMITTED);
		assert_int_equal(look(&rec), LEDGER_SPENT);
		assert_true(fw.immutable);
		assert_int_equal(fw.len, 12 + 24 * (i + 1));
	}
	for (i = 0; i < ENTRIES_MAX; i++) {
		const struct record rec = seed(i);

		assert_int_equal(look(&rec), LEDGER_SPENT);
	}
	assert_memory_equal(fw.content, "\7\0\0\0SDLEDG01", 12);
}

/* This ledger can only veto, so it may drop entries; it must not refuse a seed because it is full. */
static void test_full(void **state)
{
	unsigned i, k;

	(void)state;
	for (i = 0; i < 3 * ENTRIES_MAX; i++) {
		const struct record rec = seed(i);

		assert_int_equal(spend(&rec), LEDGER_COMMITTED);
	}
	assert_int_equal(fw.len, 12 + 24 * ENTRIES_MAX);
	for (k = 0; k < i; k++) {
		const struct record rec = seed(k);

		assert_int_equal(look(&rec), k < i - ENTRIES_MAX ? LEDGER_FREE : LEDGER_SPENT);
	}
}

/* Each round is a boot of one machine: its drive, whose seed was spent long ago, and then a new carry-over. */
static void test_renewed(void **state)
{
	const struct record drive = seed(100000);
	unsigned i;

	(void)state;
	assert_int_equal(spend(&drive), LEDGER_COMMITTED);
	for (i = 0; i < 3 * ENTRIES_MAX; i++) {
		const struct record carried = seed(i);

		assert_int_equal(look(&drive), LEDGER_SPENT);
		assert_int_equal(spend(&carried), LEDGER_COMMITTED);
		assert_int_equal(look(&carried), LEDGER_SPENT);
	}
	assert_int_equal(look(&drive), LEDGER_SPENT);
	assert_int_equal(fw.len, 12 + 24 * ENTRIES_MAX);
	/* All other entries are the newest carry-overs. */
	for (i = 0; i < 3 * ENTRIES_MAX; i++) {
		const struct record carried = seed(i);

		assert_int_equal(
			look(&carried), i < 2 * ENTRIES_MAX + 1 ? LEDGER_FREE : LEDGER_SPENT);
	}
}

/* The firmware has room for only five ids: the newest five stay. @none: the state if it has no room even for one. */
static void assert_newest_stay(enum ledger_state none)
{
	const struct record next = seed(100);
	uint8_t before[sizeof(fw.content)];
	unsigned i;

	fw.room = 12 + 24 * 5;
	for (i = 0; i < 20; i++) {
		const struct record rec = seed(i);

		assert_int_equal(spend(&rec), LEDGER_COMMITTED);
	}
	assert_int_equal(fw.len, 12 + 24 * 5);
	for (i = 0; i < 20; i++) {
		const struct record rec = seed(i);

		assert_int_equal(look(&rec), i < 15 ? LEDGER_FREE : LEDGER_SPENT);
	}
	/* The firmware has no room at all: no entry is lost, and no seed is refused. */
	fw.room = 1;
	memcpy(before, fw.content, sizeof(before));
	assert_int_equal(spend(&next), none);
	assert_memory_equal(fw.content, before, sizeof(before));
	assert_int_equal(fw.len, 12 + 24 * 5);
	assert_true(fw.immutable);
}

static void test_no_room(void **state)
{
	(void)state;
	assert_newest_stay(LEDGER_READ_ONLY);
}

/* This firmware has a limit for the size of a variable, which the kernel reports in this way. */
static void test_small(void **state)
{
	(void)state;
	fw.no_room = -EINVAL;
	assert_newest_stay(LEDGER_FAILED);
}

/* The first write is refused, and leaves an empty file: this is no variable yet. */
static void test_empty(void **state)
{
	const struct record rec = seed(1);

	(void)state;
	fw.write_error = -ENOSPC;
	assert_int_equal(spend(&rec), LEDGER_READ_ONLY);
	assert_true(fw.exists);
	assert_int_equal(look(&rec), LEDGER_FREE);
	fw.write_error = 0;
	assert_int_equal(spend(&rec), LEDGER_COMMITTED);
	assert_int_equal(look(&rec), LEDGER_SPENT);
}

static void test_not_understood(void **state)
{
	static const struct {
		size_t len;
		uint8_t first, fifth;
	} cases[] = { { 11, 7, 'S' }, { 13, 7, 'S' }, { 12 + 23, 7, 'S' }, { 12, 6, 'S' },
		{ 12, 7, 'X' }, { 12 + 24 * 128 + 1, 7, 'S' }, { 12 + 24 * 129, 7, 'S' },
		{ 12 + 24 * 150, 7, 'S' }, { 12 + 24 * 200 + 5, 7, 'S' } };
	const struct record rec = seed(1);
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		start(NULL);
		fw.exists = true;
		memcpy(fw.content, "\7\0\0\0SDLEDG01", 12);
		fw.content[0] = cases[i].first;
		fw.content[4] = cases[i].fifth;
		fw.len = cases[i].len;
		assert_int_equal(look(&rec), LEDGER_FAILED);
		assert_int_equal(fw.writes, 0);
	}
}

static void test_failures(void **state)
{
	const struct record rec = seed(1);
	const struct ledger_entry off = { .rec = &rec, .efi = false };

	(void)state;
	assert_int_equal(ledger_efi_look(&off), LEDGER_ABSENT);
	fw.mounted = false;
	assert_int_equal(look(&rec), LEDGER_ABSENT);
	start(NULL);
	fw.read_only = true;
	assert_int_equal(look(&rec), LEDGER_READ_ONLY);
	start(NULL);
	fw.write_error = -EIO;
	assert_int_equal(spend(&rec), LEDGER_FAILED);
	fw.write_error = 5;
	assert_int_equal(spend(&rec), LEDGER_FAILED);
	fw.write_error = 0;
	fw.forgets_writes = true;
	assert_int_equal(spend(&rec), LEDGER_FAILED);
	start(NULL);
	fw.garbles_writes = true;
	assert_int_equal(spend(&rec), LEDGER_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "efi: a set of ids grows in one variable, which stays immutable", test_set, start,
			NULL, NULL },
		{ "efi: a full set drops the oldest id for each new one", test_full, start, NULL,
			NULL },
		{ "efi: the id of a drive that stays attached survives any number of carry-overs",
			test_renewed, start, NULL, NULL },
		{ "efi: if the firmware lacks room, the newest ids stay, and no seed is refused",
			test_no_room, start, NULL, NULL },
		{ "efi: if the firmware refuses a variable of this size, the newest ids stay",
			test_small, start, NULL, NULL },
		{ "efi: an empty file, as a refused first write leaves it, is a ledger without ids",
			test_empty, start, NULL, NULL },
		{ "efi: a variable that is not understood, or too long, is neither used nor overwritten",
			test_not_understood, start, NULL, NULL },
		{ "efi: each failure of the firmware has its own state, and none counts as committed",
			test_failures, start, NULL, NULL },
	};

	return cmocka_run_group_tests_name("ledger_efi", tests, NULL, NULL);
}
