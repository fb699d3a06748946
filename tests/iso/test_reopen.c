/* SPDX-License-Identifier: GPL-2.0-or-later */
/* These tests run with a limit on open files that allows none to be held open. */
#include "tests/lib/folder.h"
#include "tests/lib/image.h"
#include "tests/lib/lease.h"

#include "iso/reopen.h"

#include <sys/resource.h>

static struct tree t;
static struct fault f;

static int enter(void **state)
{
	(void)state;
	return enter_folder() < 0 ? -1 : mkdir("t", 0755);
}

static void walk(void)
{
	if (tree_open(&t, "t", NULL, 0, &f) < 0)
		fail_msg("%s", f.text);
}

static void assert_reads(const char *path, const char *content)
{
	char have[256] = "";

	if (tree_read(&t, tree_find(&t, path), have, &f) < 0)
		fail_msg("%s", f.text);
	assert_string_equal(have, content);
}

static void test_none_held(void **state)
{
	const unsigned before = count_descriptors();
	char path[64];
	int i;

	(void)state;
	for (i = 0; i < 300; i++) {
		snprintf(path, sizeof(path), "t/%d", i);
		file_write(path, path, strlen(path));
	}
	walk();
	assert_int_equal(t.held, 0);
	assert_int_equal(count_descriptors(), before);
	for (i = 0; i < 300; i++) {
		snprintf(path, sizeof(path), "t/%d", i);
		assert_reads(path + 2, path);
	}
	assert_int_equal(tree_check(&t, &f), 0);
	assert_int_equal(count_descriptors(), before);
	tree_clear(&t);
}

static void test_leased(void **state)
{
	pid_t pid;

	(void)state;
	file_write("t/file", "text", 4);
	pid = lease_hold("t/file", 50);
	walk();
	lease_end(pid);
	pid = lease_hold("t/file", 50);
	assert_reads("file", "text");
	lease_end(pid);
	tree_clear(&t);
}

/* The path is longer than the kernel's PATH_MAX. */
static void test_long_path(void **state)
{
	char name[NAME_MAX + 1], path[32 * (NAME_MAX + 1)] = "";
	struct iso_options o = image_options();
	int i, here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	memset(name, 'n', NAME_MAX);
	name[NAME_MAX] = '\0';
	assert_int_equal(chdir("t"), 0);
	for (i = 0; i < 20; i++) {
		assert_int_equal(mkdir(name, 0755), 0);
		assert_int_equal(chdir(name), 0);
		strcat(strcat(path, name), "/");
	}
	file_write("file", "deep", 4);
	assert_int_equal(fchdir(here), 0);
	close(here);
	walk();
	strcat(path, "file");
	assert_true(strlen(path) > PATH_MAX);
	assert_reads(path, "deep");
	assert_int_equal(tree_check(&t, &f), 0);
	assert_int_equal(image_write(&t, &o, "image", 64, &f), 0);
	tree_clear(&t);
}

/* Checks that tree_check() and writing the image both fail with this message. */
static void assert_refused(const char *words)
{
	struct iso_options o = image_options();
	char content[64];

	f.text[0] = '\0';
	assert_int_equal(tree_check(&t, &f), -ESTALE);
	assert_string_equal(f.text, words);
	f.text[0] = '\0';
	assert_int_equal(tree_read(&t, tree_find(&t, "file"), content, &f), -ESTALE);
	assert_string_equal(f.text, words);
	f.text[0] = '\0';
	assert_int_equal(image_write(&t, &o, "image", 64, &f), -ESTALE);
	assert_string_equal(f.text, words);
	tree_clear(&t);
}

static void begin(void)
{
	unlink("t/file");
	file_write("t/file", "0123456789", 10);
	walk();
}

static void keep_time(const char *path, const struct stat *st)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void test_changes(void **state)
{
	(void)state;
	begin();
	file_write("t/file", "01234", 5);
	assert_refused("t/file: shrank while the image was made");
	begin();
	file_write("t/file", "0123456789abcdef", 16);
	assert_refused("t/file: grew while the image was made");
	begin();
	keep_time("t/file", &(struct stat){ .st_mtim.tv_sec = 1 });
	assert_refused("t/file: changed while the image was made");
	begin();
	unlink("t/file");
	assert_refused("t/file: vanished while the image was made");
	begin();
	unlink("t/file");
	assert_int_equal(mkfifo("t/file", 0600), 0);
	assert_refused("t/file: was replaced by another file while the image was made");
	begin();
	assert_int_equal(rename("t", "other"), 0);
	assert_refused("t/file: vanished while the image was made");
	assert_int_equal(rename("other", "t"), 0);
}

/* The new file has the same size and time, and perhaps the same inode; in that case only its birth time differs. */
static void test_replaced(void **state)
{
	struct stat st;
	int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		begin();
		assert_int_equal(stat("t/file", &st), 0);
		if (i % 2)
			unlink("t/file");
		file_write("new", "abcdefghij", 10);
		keep_time("new", &st);
		assert_int_equal(rename("new", "t/file"), 0);
		assert_refused("t/file: was replaced by another file while the image was made");
	}
	begin();
	file_write("elsewhere", "0123456789", 10);
	unlink("t/file");
	assert_int_equal(symlink("../elsewhere", "t/file"), 0);
	assert_refused("t/file: was replaced by another file while the image was made");
}

/* Files are accepted if only their mode, owner or number of links changes, both those held open and those opened
 * again. */
static void test_no_change(void **state)
{
	struct iso_options o = image_options();
	unsigned held;

	(void)state;
	for (held = 0; held < 2; held++) {
		begin();
		if (held) {
			struct tree_node *node = tree_find(&t, "file");

			node->again = false;
			node->fd = open("t/file", O_RDONLY | O_CLOEXEC);
			assert_true(node->fd >= 0);
		}
		assert_int_equal(chmod("t/file", 0600), 0);
		assert_int_equal(link("t/file", "t/other"), 0);
		assert_int_equal(tree_check(&t, &f), 0);
		assert_int_equal(image_write(&t, &o, "image", 64, &f), 0);
		tree_clear(&t);
		walk();
		(void)!chown("t/file", 12, 34);
		unlink("t/other");
		tree_drop(tree_find(&t, "other"));
		assert_int_equal(tree_check(&t, &f), 0);
		assert_int_equal(image_write(&t, &o, "image", 64, &f), 0);
		tree_clear(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define IN_FOLDER(title, function) { title, function, enter, NULL, NULL }
		IN_FOLDER(
			"reopen: where no file can be held, each is opened again", test_none_held),
		IN_FOLDER("reopen: another process's lease is waited for, in the walk and later",
			test_leased),
		IN_FOLDER("reopen: a file is opened again also by a path longer than PATH_MAX",
			test_long_path),
		IN_FOLDER("reopen: a file that changed or vanished is refused", test_changes),
		IN_FOLDER(
			"reopen: another file in its place is refused, also of the same size and time",
			test_replaced),
		IN_FOLDER("reopen: changes of mode, owner and link count are allowed",
			test_no_change),
	};
	struct rlimit limit = { 100, 100 };

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 1;
	return cmocka_run_group_tests_name("reopen", tests, temp_enter, temp_leave);
}
