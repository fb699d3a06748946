/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder on a disk with a volatile cache: a power cut loses what was not flushed. */
#include "tests/lib/unit.h"

#include "guest/ledger_dir.c"

#define LEDGER    "ledger"
#define DIR_FD    3
#define PARENT_FD 4
#define FILE_FD   5

/* The names that exist now, and those that exist after a power cut. */
struct disk {
	bool dir, entry;  /* does its name exist? */
	bool entry_inode; /* do the entry's metadata exist? */
};

static struct {
	struct disk now, medium;
	char name[ID_STRLEN + 1]; /* of the entry */
	enum persistence persistence;
	bool vouched;
	int open_dir_error, create_error, find_error, fsync_fails_at;
	int fsyncs;
	int open_fds;
} fs;

enum persistence persistence_of(int dir, bool vouched)
{
	assert_int_equal(dir, DIR_FD);
	fs.vouched = vouched;
	return fs.persistence;
}

/* The program calls mkdirat(2) through an inline function, which cannot be replaced here, so it makes a real folder in
 * the test's folder. */
static void notice_folder(void)
{
	struct stat st;

	if (stat(LEDGER, &st) == 0)
		fs.now.dir = true;
}

int sys_open_dir(int at, const char *path)
{
	if (at == DIR_FD) {
		assert_string_equal(path, "..");
		fs.open_fds++;
		return PARENT_FD;
	}
	assert_int_equal(at, AT_FDCWD);
	assert_string_equal(path, LEDGER);
	notice_folder();
	if (fs.open_dir_error)
		return fs.open_dir_error;
	if (!fs.now.dir)
		return -ENOENT;
	fs.open_fds++;
	return DIR_FD;
}

int sys_find_at(int at, const char *path)
{
	assert_int_equal(at, DIR_FD);
	if (fs.find_error)
		return fs.find_error;
	return fs.now.entry && strcmp(path, fs.name) == 0 ? 0 : -ENOENT;
}

int sys_open_at(int at, const char *path, int flags, unsigned mode)
{
	assert_int_equal(at, DIR_FD);
	assert_int_equal(flags, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
	assert_int_equal(mode, 0600);
	if (fs.create_error)
		return fs.create_error;
	if (sys_find_at(at, path) == 0)
		return -EEXIST;
	strcpy(fs.name, path);
	fs.now.entry = true;
	fs.open_fds++;
	return FILE_FD;
}

int sys_fsync(int fd)
{
	if (++fs.fsyncs == fs.fsync_fails_at)
		return -EIO;
	if (fd == PARENT_FD)
		fs.medium.dir = fs.now.dir;
	else if (fd == DIR_FD)
		fs.medium.entry = fs.now.entry;
	else if (fd == FILE_FD)
		fs.medium.entry_inode = fs.now.entry_inode = true;
	else
		fail_msg("fsync of %d", fd);
	return 0;
}

void sys_close(int fd)
{
	assert_true(fd == DIR_FD || fd == PARENT_FD || fd == FILE_FD);
	fs.open_fds--;
}

static int start(void **state)
{
	(void)state;
	memset(&fs, 0, sizeof(fs));
	fs.persistence = PERSISTENCE_YES;
	rmdir(LEDGER);
	return 0;
}

static void have_folder(void)
{
	fs.now.dir = fs.medium.dir = true;
}

static void cut_power(void)
{
	if (!fs.medium.dir) {
		memset(&fs.medium, 0, sizeof(fs.medium));
		rmdir(LEDGER);
	}
	fs.now = fs.medium;
	fs.fsyncs = fs.fsync_fails_at = 0;
}

static const struct record one = { .seed_id = { 0x01, 0xab } }, other = { .seed_id = { 0x02 } };

static enum ledger_state look(const struct record *rec)
{
	const struct ledger_entry e = { .rec = rec, .dir = LEDGER };
	enum ledger_state state = ledger_dir_look(&e);

	assert_int_equal(fs.open_fds, 0);
	return state;
}

static enum ledger_state commit(const struct record *rec)
{
	const struct ledger_entry e = { .rec = rec, .dir = LEDGER };
	enum ledger_state state = ledger_dir_commit(&e);

	assert_int_equal(fs.open_fds, 0);
	return state;
}

static void test_power_cut(void **state)
{
	int had_folder;

	for (had_folder = 0; had_folder <= 1; had_folder++) {
		start(state);
		if (had_folder)
			have_folder();
		assert_int_equal(look(&one), LEDGER_FREE);
		assert_int_equal(commit(&one), LEDGER_COMMITTED);
		cut_power();
		assert_true(fs.now.dir && fs.now.entry && fs.now.entry_inode);
		assert_string_equal(fs.name, "01ab0000000000000000000000000000");
		assert_int_equal(look(&one), LEDGER_SPENT);
		assert_int_equal(commit(&one), LEDGER_SPENT);
		assert_int_equal(look(&other), LEDGER_FREE);
	}
}

/* An earlier run made the folder, and was interrupted before it flushed the parent. */
static void test_folder_unflushed(void **state)
{
	(void)state;
	fs.now.dir = true;
	assert_int_equal(commit(&one), LEDGER_COMMITTED);
	cut_power();
	assert_int_equal(look(&one), LEDGER_SPENT);
}

static void test_each_flush_fails(void **state)
{
	int n;

	for (n = 1; n <= 3; n++) {
		start(state);
		have_folder();
		fs.fsync_fails_at = n;
		assert_int_equal(commit(&one), LEDGER_FAILED);
		assert_int_equal(fs.fsyncs, n);
		/* The first write comes after the first flush. */
		assert_int_equal(fs.now.entry, n > 1);
	}
}

static void test_refusals(void **state)
{
	static const struct {
		int err;
		enum ledger_state state;
	} cases[] = { { -EEXIST, LEDGER_SPENT }, { -EROFS, LEDGER_READ_ONLY },
		{ -ENOSPC, LEDGER_FULL }, { -EDQUOT, LEDGER_FULL }, { -EACCES, LEDGER_FAILED },
		{ -EIO, LEDGER_FAILED } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		have_folder();
		fs.create_error = cases[i].err;
		assert_int_equal(commit(&one), cases[i].state);
		fs.create_error = 0;
		fs.open_dir_error = cases[i].err;
		assert_int_equal(look(&one), LEDGER_FAILED);
		/* If making the folder fails with EEXIST, that says nothing about the seed. */
		assert_int_equal(
			commit(&one), cases[i].err == -EEXIST ? LEDGER_FAILED : cases[i].state);
		fs.open_dir_error = 0;
	}
	/* It is not known whether there is an entry, also if the folder cannot be written. */
	fs.find_error = -EIO;
	assert_int_equal(look(&one), LEDGER_FAILED);
	fs.persistence = PERSISTENCE_READ_ONLY;
	assert_int_equal(look(&one), LEDGER_FAILED);
}

static void test_persistence(void **state)
{
	const struct ledger_entry none = { .rec = &one },
				  vouched = { .rec = &one, .dir = LEDGER, .vouched = true };

	(void)state;
	assert_int_equal(ledger_dir_look(&none), LEDGER_ABSENT);
	have_folder();
	fs.persistence = PERSISTENCE_NO;
	assert_int_equal(look(&one), LEDGER_FORGETS);
	assert_int_equal(commit(&one), LEDGER_FORGETS);
	assert_false(fs.vouched || fs.now.entry);
	fs.persistence = PERSISTENCE_READ_ONLY;
	assert_int_equal(look(&one), LEDGER_READ_ONLY);
	fs.persistence = PERSISTENCE_YES;
	assert_int_equal(ledger_dir_look(&vouched), LEDGER_FREE);
	assert_true(fs.vouched);
	fs.vouched = false;
	assert_int_equal(ledger_dir_commit(&vouched), LEDGER_COMMITTED);
	assert_true(fs.vouched);
	/* On any file system, an entry that exists means that the seed is spent. */
	fs.persistence = PERSISTENCE_NO;
	assert_int_equal(look(&one), LEDGER_SPENT);
	fs.persistence = PERSISTENCE_READ_ONLY;
	assert_int_equal(look(&one), LEDGER_SPENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "ledger_dir: after a commit and a power cut the entry is there, also in a new folder",
			test_power_cut, start, NULL, NULL },
		{ "ledger_dir: the same in a folder that an earlier run made and did not flush",
			test_folder_unflushed, start, NULL, NULL },
		{ "ledger_dir: if any flush fails, nothing counts as committed",
			test_each_flush_fails, start, NULL, NULL },
		{ "ledger_dir: each error has its own state, and none counts as committed",
			test_refusals, start, NULL, NULL },
		{ "ledger_dir: a folder that does not last or is read-only is not written, but its entries count",
			test_persistence, start, NULL, NULL },
	};

	return cmocka_run_group_tests_name("ledger_dir", tests, temp_enter, temp_leave);
}
