/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replaces a file: after a power cut it has the old content or the new content, and after the call only the new
 * content. */
#include "tests/lib/unit.h"

#include "guest/file.c"

/* The program calls renameat2(2) through an inline function, which cannot be replaced here, so these are real files.
 * The test notes what a power cut would leave. */
static struct {
	int folder;
	char events[128];
	int write_error, fsync_fails_at, fsyncs, file;
} fs;

static void event(const char *what)
{
	strcat(strcat(fs.events, fs.events[0] ? " " : ""), what);
}

static bool there(const char *name)
{
	return faccessat(fs.folder, name, F_OK, 0) == 0;
}

static bool is(const char *name, const char *text)
{
	char got[16] = { 0 };
	int fd = openat(fs.folder, name, O_RDONLY | O_CLOEXEC);
	bool same = fd >= 0 && read(fd, got, sizeof(got) - 1) >= 0 && strcmp(got, text) == 0;

	if (fd >= 0)
		close(fd);
	return same;
}

int sys_unlink_at(int at, const char *path)
{
	return unlinkat(at, path, 0);
}

int sys_open_at(int at, const char *path, int flags, unsigned mode)
{
	assert_int_equal(at, fs.folder);
	assert_int_equal(flags, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
	fs.file = openat(at, path, flags, mode);
	return fs.file < 0 ? -errno : fs.file;
}

int sys_write_all(int fd, const void *buf, size_t len)
{
	event("write");
	return fs.write_error ? fs.write_error : write(fd, buf, len) == (ssize_t)len ? 0 : -EIO;
}

/* Notes whether the name already belonged to the new file when the folder was flushed. */
int sys_fsync(int fd)
{
	if (fd == fs.file)
		event("flush-file");
	else
		event(there("it.new") ? "flush-folder-early" : "flush-folder");
	return ++fs.fsyncs == fs.fsync_fails_at ? -EIO : 0;
}

void sys_close(int fd)
{
	close(fd);
}

bool sys_join(char *out, size_t size, const char *a, const char *b, const char *c)
{
	return (size_t)snprintf(out, size, "%s%s%s", a, b, c) < size;
}

static int start(void **state)
{
	(void)state;
	memset(&fs, 0, sizeof(fs));
	fs.folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	file_write("it", "old", 3);
	return 0;
}

static int replace(void)
{
	int r = file_replace(fs.folder, "it", "new", 3, 0600);

	assert_false(there("it.new"));
	return r;
}

static void test_order(void **state)
{
	struct stat st;

	(void)state;
	/* An earlier run was interrupted. */
	file_write("it.new", "leftover", 8);
	assert_int_equal(replace(), 0);
	assert_string_equal(fs.events, "write flush-file flush-folder");
	assert_true(is("it", "new"));
	assert_int_equal(stat("it", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void test_failures(void **state)
{
	char name[300];

	fs.write_error = -ENOSPC;
	assert_int_equal(replace(), -ENOSPC);
	assert_true(is("it", "old"));
	start(state);
	fs.fsync_fails_at = 1;
	assert_int_equal(replace(), -EIO);
	assert_true(is("it", "old"));
	/* The new file already has the name, but the flush of its folder fails. */
	start(state);
	fs.fsync_fails_at = 2;
	assert_int_equal(replace(), -EIO);
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(file_replace(fs.folder, name, "new", 3, 0600), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "file: the content is flushed before the rename, and the folder after it",
			test_order, start, NULL, NULL },
		{ "file: if a write or a flush fails, the old file stays, and an error is returned",
			test_failures, start, NULL, NULL },
	};

	return cmocka_run_group_tests_name("file", tests, temp_enter, temp_leave);
}
