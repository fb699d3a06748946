/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each test runs in a child, because confinement cannot be undone. */
#include "util/confine.h"
#include "tests/lib/unit.h"

#include <errno.h>

static char top[] = "/tmp/test_confine.XXXXXX";
static bool has_landlock;

static bool make(const char *name)
{
	const int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool denied(bool done)
{
	return !done && (errno == EACCES || errno == EXDEV);
}

static int end(void **state)
{
	const char *const names[] = { "in/file", "in/other", "in/new", "in", "file", "new" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++)
		(void)remove(names[i]);
	return chdir("/") < 0 ? -1 : rmdir(top);
}

/* Returns the child's status: 0 if its checks passed, 1 if not, 77 if this kernel has no Landlock. */
static int status_of(int (*child)(void))
{
	const pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(child());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int find_landlock(void)
{
	return confine(NULL, 0) ? 0 : 77;
}

static int begin(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(top));
	assert_int_equal(chdir(top), 0);
	assert_int_equal(mkdir("in", 0700), 0);
	assert_true(make("file") && make("in/file"));
	has_landlock = status_of(find_landlock) == 0;
	return 0;
}

static int in_folder(void)
{
	const int place = open("in", O_PATH | O_CLOEXEC),
		  before = open("file", O_WRONLY | O_CLOEXEC);
	const int read_only = open("file", O_RDONLY | O_CLOEXEC);

	if (!confine(&place, 1))
		return 77;
	/* In the folder, files can be made, written, renamed and removed, and an unnamed file gets a name. */
	if (!make("in/file") || !make("in/new") || rename("in/new", "in/other") < 0 ||
		unlink("in/other") < 0)
		return 1;
	/* Outside of the folder none of this works, and no folder can be made, not even in it. */
	if (!denied(make("new")) || !denied(make("file")) || !denied(unlink("file") == 0) ||
		!denied(rename("in/file", "new") == 0) || !denied(mkdir("in/folder", 0700) == 0))
		return 1;
	/* Open files stay usable, devices can be opened, and any file can be read. */
	if (write(before, "x", 1) != 1 || ftruncate(before, 0) < 0 || read_only < 0 ||
		open("file", O_RDONLY | O_CLOEXEC) < 0 || open("/dev/null", O_RDWR | O_CLOEXEC) < 0)
		return 1;
	execl("/bin/true", "true", NULL);
	return errno == EACCES ? 0 : 1;
}

static int nameless(void)
{
	const int place = open("in", O_PATH | O_CLOEXEC);
	const int fd = openat(place, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || !confine(&place, 1))
		return 77;
	return linkat(AT_FDCWD, path, place, "new", AT_SYMLINK_FOLLOW) == 0 &&
			unlink("in/new") == 0 ?
		0 :
		1;
}

static int one_file(void)
{
	if (!confine_to_file("in/file"))
		return 77;
	return open("in/file", O_RDWR | O_CLOEXEC) >= 0 && denied(make("in/new")) &&
			denied(make("file")) ?
		0 :
		1;
}

static int no_file(void)
{
	return confine_to_file("in/missing") || confine_to_file("in") ||
		confine_to_file("/dev/null") || !make("file");
}

static int twice(void)
{
	const int place = open("in", O_PATH | O_CLOEXEC);

	if (!confine(&place, 1) || !confine(NULL, 0))
		return 77;
	return denied(make("in/file")) ? 0 : 1;
}

static void test_in_folder(void **state)
{
	(void)state;
	assert_int_equal(status_of(in_folder), has_landlock ? 0 : 77);
}

static void test_nameless(void **state)
{
	int r = status_of(nameless);

	(void)state;
	assert_true(r == 0 || r == 77);
}

static void test_one_file(void **state)
{
	(void)state;
	assert_int_equal(status_of(one_file), has_landlock ? 0 : 77);
	assert_int_equal(status_of(no_file), 0);
}

static void test_twice(void **state)
{
	(void)state;
	assert_int_equal(status_of(twice), has_landlock ? 0 : 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("confine: files can be made, written and removed only in the given folder, and no program can be run",
			test_in_folder),
		TEST("confine: a file without a name gets one in its folder", test_nameless),
		TEST("confine: with a single file no other can be made or written; any other kind of path has no effect",
			test_one_file),
		TEST("confine: a second call further restricts the first one", test_twice),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
