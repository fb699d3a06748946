/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/folder.h"
#include "tests/lib/unit.h"

#include "iso/tree.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#define NOBODY 65534

/* Each test begins in an empty working folder, with an empty folder "t" in it. */
static int enter(void **state)
{
	(void)state;
	return enter_folder() < 0 ? -1 : mkdir("t", 0755);
}

static void walk(struct tree *t)
{
	struct fault f = { 0 };

	if (tree_open(t, "t", NULL, 0, &f) < 0)
		fail_msg("%s", f.text);
}

/* Checks that the tree is refused with this message, and that no descriptor is left open. */
static void assert_refused(int err, const char *words)
{
	const unsigned before = count_descriptors();
	struct fault f = { 0 };
	struct tree t;

	assert_int_equal(tree_open(&t, "t", NULL, 0, &f), err);
	assert_string_equal(f.text, words);
	tree_clear(&t);
	assert_null(t.root);
	assert_int_equal(count_descriptors(), before);
	assert_int_equal(tree_open(&t, "t", NULL, 0, NULL), err);
	tree_clear(&t);
}

static void assert_reads(const struct tree *t, const char *path, const char *content)
{
	const struct tree_node *node = tree_find(t, path);
	char text[64] = "";
	struct fault f;

	assert_non_null(node);
	assert_int_equal(node->size, strlen(content));
	assert_int_equal(tree_read(t, node, text, &f), 0);
	assert_string_equal(text, content);
}

/* --- the walk --- */

static void test_order(void **state)
{
	static const char *const names[] = { "b", "B", "a", "aa", "a.b", "a-b", "Z", "0",
		"\xc3\xa9", "_", "10", "9", "\xf0\x9f\x98\x80", "~", "A" };
	char path[64];
	struct tree t;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "t/%s", names[i]);
		if (i % 3)
			file_write(path, names[i], strlen(names[i]));
		else
			assert_int_equal(mkdir(path, 0755), 0);
	}
	walk(&t);
	assert_int_equal(t.root->children, COUNT(names));
	for (i = 0; i < COUNT(names); i++) {
		const struct tree_node *node = tree_find(&t, names[i]);

		assert_non_null(node);
		assert_ptr_equal(node->parent, t.root);
		assert_int_equal(node->kind, i % 3 ? TREE_FILE : TREE_DIR);
		if (i > 0)
			assert_true(strcmp(t.root->child[i - 1]->name, t.root->child[i]->name) < 0);
	}
	tree_clear(&t);
}

/* The file system may list the two names in any order. */
static void test_order_of_two(void **state)
{
	char path[64];
	struct tree t;
	int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		snprintf(path, sizeof(path), "t/%d", i);
		assert_int_equal(mkdir(path, 0755), 0);
		snprintf(path, sizeof(path), "t/%d/a%d", i, i);
		file_write(path, "", 0);
		snprintf(path, sizeof(path), "t/%d/b%d", i, i);
		file_write(path, "", 0);
	}
	walk(&t);
	for (i = 0; i < 20; i++) {
		const struct tree_node *dir = t.root->child[i];

		assert_int_equal(dir->children, 2);
		assert_true(dir->child[0]->name[0] == 'a' && dir->child[1]->name[0] == 'b');
	}
	tree_clear(&t);
}

static void test_whole(void **state)
{
	struct tree t;

	(void)state;
	assert_int_equal(mkdir("t/a", 0755), 0);
	assert_int_equal(mkdir("t/a/b", 0755), 0);
	assert_int_equal(mkdir("t/a/empty", 0755), 0);
	file_write("t/a/b/file", "content", 7);
	file_write("t/none", "", 0);
	file_write("t/.hidden", "h", 1);
	walk(&t);
	assert_int_equal(t.root->children, 3);
	assert_reads(&t, "a/b/file", "content");
	assert_reads(&t, "none", "");
	assert_reads(&t, ".hidden", "h");
	assert_int_equal(tree_find(&t, "a/empty")->children, 0);
	assert_ptr_equal(tree_find(&t, ""), t.root);
	assert_ptr_equal(tree_find(&t, "a//b/"), tree_find(&t, "a/b"));
	assert_null(tree_find(&t, "a/b/fil"));
	assert_null(tree_find(&t, "a/b/file2"));
	assert_null(tree_find(&t, "a/b/file/x"));
	assert_null(tree_find(&t, "b"));
	assert_int_equal(tree_check(&t, NULL), 0);
	tree_clear(&t);
}

static void test_names(void **state)
{
	char path[PATH_MAX];
	struct tree t;

	(void)state;
	assert_int_equal(mkdir("t/a", 0755), 0);
	file_write("t/a/file", "", 0);
	walk(&t);
	assert_string_equal(tree_name(&t, tree_find(&t, "a/file"), path), "t/a/file");
	assert_string_equal(tree_name(&t, t.root, path), "t");
	tree_clear(&t);
	assert_int_equal(tree_open(&t, "./t//", NULL, 0, NULL), 0);
	assert_string_equal(tree_name(&t, tree_find(&t, "a/file"), path), "./t/a/file");
	tree_clear(&t);
}

static void test_empty(void **state)
{
	struct tree t;

	(void)state;
	walk(&t);
	assert_int_equal(t.root->children, 0);
	assert_int_equal(t.root->kind, TREE_DIR);
	assert_int_equal(tree_check(&t, NULL), 0);
	tree_clear(&t);
	assert_int_equal(tree_open(&t, NULL, NULL, 0, NULL), 0);
	assert_int_equal(t.root->children, 0);
	tree_clear(&t);
	tree_clear(&t);
	tree_clear(NULL);
}

/* The tree has more files than the usual soft limit on open files. */
static void test_many_files(void **state)
{
	struct rlimit limit;
	struct tree t;
	char path[64];
	int i;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (i = 0; i < 1500; i++) {
		snprintf(path, sizeof(path), "t/%d", i * 7919 % 1500);
		file_write(path, path, strlen(path));
	}
	walk(&t);
	assert_int_equal(t.root->children, 1500);
	for (i = 0; i < 1500; i++) {
		snprintf(path, sizeof(path), "t/%d", i);
		assert_reads(&t, path + 2, path);
	}
	tree_clear(&t);
}

static void test_links(void **state)
{
	char target[4096];
	struct tree t;

	(void)state;
	memset(target, 'x', 4095);
	target[4095] = '\0';
	file_write("outside", "secret", 6);
	assert_int_equal(symlink("/etc/passwd", "t/absolute"), 0);
	assert_int_equal(symlink("../outside", "t/relative"), 0);
	assert_int_equal(symlink("nowhere", "t/dangling"), 0);
	assert_int_equal(symlink(".", "t/self"), 0);
	assert_int_equal(symlink(target, "t/long"), 0);
	walk(&t);
	assert_int_equal(t.root->children, 5);
	assert_int_equal(tree_find(&t, "absolute")->kind, TREE_LINK);
	assert_string_equal(tree_find(&t, "absolute")->target, "/etc/passwd");
	assert_string_equal(tree_find(&t, "relative")->target, "../outside");
	assert_string_equal(tree_find(&t, "dangling")->target, "nowhere");
	assert_string_equal(tree_find(&t, "self")->target, ".");
	assert_string_equal(tree_find(&t, "long")->target, target);
	assert_int_equal(tree_find(&t, "relative")->fd, -1);
	assert_null(tree_find(&t, "self/absolute"));
	assert_int_equal(tree_check(&t, NULL), 0);
	tree_clear(&t);
	/* The path of the tree itself may be a symbolic link. */
	assert_int_equal(symlink("t", "to-t"), 0);
	assert_int_equal(tree_open(&t, "to-t", NULL, 0, NULL), 0);
	assert_int_equal(t.root->children, 5);
	tree_clear(&t);
}

static void test_omit(void **state)
{
	struct tree_omit omit[2];
	struct stat st;
	struct tree t;

	(void)state;
	file_write("t/image", "1", 1);
	file_write("t/temp", "2", 1);
	file_write("t/rest", "3", 1);
	assert_int_equal(stat("t/image", &st), 0);
	omit[0] = (struct tree_omit){ st.st_dev, st.st_ino };
	assert_int_equal(stat("t/temp", &st), 0);
	omit[1] = (struct tree_omit){ st.st_dev, st.st_ino };
	assert_int_equal(tree_open(&t, "t", omit, 2, NULL), 0);
	assert_true(t.omitted_first);
	assert_int_equal(t.root->children, 1);
	assert_reads(&t, "rest", "3");
	tree_clear(&t);
	assert_int_equal(tree_open(&t, "t", omit + 1, 1, NULL), 0);
	assert_true(t.omitted_first);
	assert_int_equal(t.root->children, 2);
	tree_clear(&t);
	omit[0].dev++;
	assert_int_equal(tree_open(&t, "t", omit, 2, NULL), 0);
	assert_false(t.omitted_first);
	assert_int_equal(t.root->children, 2);
	tree_clear(&t);
}

/* --- files that cannot go on a drive --- */

static void test_special_files(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "t/d/thing" };
	static const char only[] = "only files, folders and symbolic links go on a drive";
	char words[200];
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	assert_int_equal(mkdir("t/d", 0755), 0);
	assert_int_equal(mkfifo("t/d/thing", 0600), 0);
	snprintf(words, sizeof(words), "t/d/thing: is a FIFO: %s", only);
	assert_refused(-EINVAL, words);
	unlink("t/d/thing");
	assert_int_equal(bind(s, (struct sockaddr *)&address, sizeof(address)), 0);
	snprintf(words, sizeof(words), "t/d/thing: is a socket: %s", only);
	assert_refused(-EINVAL, words);
	close(s);
	unlink("t/d/thing");
	/* The only device that any user may create: the whiteout of overlayfs. */
	assert_int_equal(mknod("t/d/thing", S_IFCHR | 0600, makedev(0, 0)), 0);
	snprintf(words, sizeof(words), "t/d/thing: is a device: %s", only);
	assert_refused(-EINVAL, words);
}

static void test_not_utf8(void **state)
{
	static const char *const bad[] = { "\xff", "a\xe9", "\xc3", "\xed\xa0\x80", "\xc0\xaf",
		"x\xf5\x80\x80\x80" };
	char path[64], words[128];
	size_t i;

	(void)state;
	assert_int_equal(mkdir("t/d", 0755), 0);
	for (i = 0; i < COUNT(bad); i++) {
		snprintf(path, sizeof(path), "t/d/%s", bad[i]);
		snprintf(words, sizeof(words), "%s: the name is not UTF-8", path);
		file_write(path, "", 0);
		assert_refused(-EILSEQ, words);
		unlink(path);
		assert_int_equal(mkdir(path, 0755), 0);
		assert_refused(-EILSEQ, words);
		rmdir(path);
	}
}

/* Root may read every file, so root switches to another user for a moment. */
static int open_as_nobody(struct fault *f)
{
	const bool root = geteuid() == 0;
	struct tree t;
	int r;

	if (root && seteuid(NOBODY) < 0)
		return -errno;
	r = tree_open(&t, "t", NULL, 0, f);
	tree_clear(&t);
	return root && seteuid(0) < 0 ? -errno : r;
}

static void test_unreadable(void **state)
{
	struct fault f = { 0 };

	(void)state;
	assert_int_equal(mkdir("t/d", 0755), 0);
	file_write("t/d/file", "x", 1);
	assert_int_equal(open_as_nobody(&f), 0);
	assert_int_equal(chmod("t/d/file", 0), 0);
	assert_int_equal(open_as_nobody(&f), -EACCES);
	assert_string_equal(f.text, "t/d/file: Permission denied");
	assert_int_equal(chmod("t/d", 0), 0);
	assert_int_equal(open_as_nobody(&f), -EACCES);
	assert_string_equal(f.text, "t/d: Permission denied");
	assert_int_equal(chmod("t/d", 0755), 0);
}

static void test_no_folder(void **state)
{
	struct fault f;
	struct tree t;

	(void)state;
	assert_int_equal(tree_open(&t, "absent", NULL, 0, &f), -ENOENT);
	assert_string_equal(f.text, "absent: No such file or directory");
	tree_clear(&t);
	file_write("file", "", 0);
	assert_int_equal(tree_open(&t, "file", NULL, 0, &f), -ENOTDIR);
	assert_string_equal(f.text, "file: Not a directory");
	tree_clear(&t);
}

/* --- long names, deep folders --- */

static void test_longest_names(void **state)
{
	char ascii[2 + NAME_MAX + 1] = "t/", wide[2 + NAME_MAX + 1] = "t/";
	struct tree t;
	size_t i;

	(void)state;
	memset(ascii + 2, 'a', NAME_MAX);
	/* 63 characters of four bytes and one of three: 255 bytes. */
	for (i = 0; i < 63; i++)
		memcpy(wide + 2 + 4 * i, "\xf0\x9f\x98\x80", 4);
	memcpy(wide + 2 + 4 * i, "\xe2\x82\xac", 3);
	file_write(ascii, "1", 1);
	file_write(wide, "2", 1);
	walk(&t);
	assert_reads(&t, ascii + 2, "1");
	assert_reads(&t, wide + 2, "2");
	tree_clear(&t);
}

/* Creates @levels nested folders, the first of which is "t", and returns to the working folder. */
static void make_deep(const char *name, unsigned levels)
{
	int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	unsigned i;

	assert_int_equal(chdir("t"), 0);
	for (i = 1; i < levels; i++) {
		assert_int_equal(mkdir(name, 0755), 0);
		assert_int_equal(chdir(name), 0);
	}
	file_write("file", "deep", 4);
	assert_int_equal(fchdir(before), 0);
	close(before);
}

static void assert_depth(const struct tree *t, unsigned levels)
{
	const struct tree_node *node = t->root;
	unsigned depth = 1;

	while (node->children > 0 && node->child[0]->kind == TREE_DIR) {
		assert_int_equal(node->children, 1);
		node = node->child[0];
		depth++;
	}
	assert_int_equal(depth, levels);
	assert_string_equal(node->child[0]->name, "file");
}

static void test_deep(void **state)
{
	struct tree t;

	(void)state;
	make_deep("d", 20);
	walk(&t);
	assert_depth(&t, 20);
	tree_clear(&t);
}

static void test_deepest(void **state)
{
	struct tree t;

	(void)state;
	make_deep("d", TREE_DEPTH_MAX);
	walk(&t);
	assert_depth(&t, 100);
	tree_clear(&t);
}

static void test_too_deep(void **state)
{
	const unsigned before = count_descriptors();
	static const char end[] = "/d/d/d: too many levels of folders";
	struct fault f = { 0 };
	struct tree t;

	(void)state;
	make_deep("d", TREE_DEPTH_MAX + 1);
	assert_int_equal(tree_open(&t, "t", NULL, 0, &f), -ELOOP);
	assert_string_equal(f.text + strlen(f.text) - strlen(end), end);
	assert_int_equal(strlen(f.text), 1 + 2 * 100 - 6 + strlen(end));
	tree_clear(&t);
	assert_int_equal(count_descriptors(), before);
}

/* The path of this file is longer than PATH_MAX, but the walk never uses the whole path. */
static void test_deep_and_long(void **state)
{
	char name[NAME_MAX + 1], path[PATH_MAX];
	struct tree t;
	const struct tree_node *node;

	(void)state;
	memset(name, 'n', NAME_MAX);
	name[NAME_MAX] = '\0';
	make_deep(name, 20);
	walk(&t);
	assert_depth(&t, 20);
	for (node = t.root; node->kind == TREE_DIR; node = node->child[0])
		assert_int_equal(node->children, 1);
	assert_int_equal(tree_read(&t, node, path, NULL), 0);
	assert_memory_equal(path, "deep", 4);
	assert_true(strlen(tree_name(&t, node, path)) < PATH_MAX);
	assert_int_equal(tree_check(&t, NULL), 0);
	tree_clear(&t);
}

/* --- adding and removing --- */

static void test_add_file(void **state)
{
	struct fault f;
	struct tree t;

	(void)state;
	file_write("user-data", "#cloud-config", 13);
	assert_int_equal(symlink("user-data", "link"), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	file_write("t/z", "", 0);
	file_write("t/a", "", 0);
	walk(&t);
	assert_int_equal(tree_add_file(&t, "m", "link", &f), 0);
	assert_reads(&t, "m", "#cloud-config");
	assert_string_equal(t.root->child[1]->name, "m");
	assert_int_equal(t.root->children, 3);
	assert_int_equal(tree_add_file(&t, "n", "absent", &f), -ENOENT);
	assert_string_equal(f.text, "absent: No such file or directory");
	assert_int_equal(tree_add_file(&t, "n", "t", &f), -EISDIR);
	assert_int_equal(tree_add_file(&t, "n", "fifo", &f), -EINVAL);
	assert_int_equal(tree_add_file(&t, "n", "/dev/null", &f), -EINVAL);
	assert_int_equal(t.root->children, 3);
	tree_clear(&t);
}

static void test_add_bytes(void **state)
{
	static const char bytes[] = "in memory alone";
	const struct tree_node *node;
	struct tree t;

	(void)state;
	file_write("t/z", "", 0);
	file_write("t/a", "", 0);
	walk(&t);
	assert_int_equal(
		tree_add_bytes(&t, "seedrive.bin", bytes, sizeof(bytes), 0400, 1795435200, NULL),
		0);
	node = tree_find(&t, "seedrive.bin");
	assert_ptr_equal(node, t.root->child[1]);
	assert_int_equal(node->kind, TREE_FILE);
	assert_ptr_equal(node->bytes, bytes);
	assert_int_equal(node->size, sizeof(bytes));
	assert_int_equal(node->fd, -1);
	assert_true(node->first);
	assert_false(tree_find(&t, "a")->first);
	assert_int_equal(node->st.st_mode, S_IFREG | 0400);
	assert_int_equal(node->st.st_mtime, 1795435200);
	assert_int_equal(tree_check(&t, NULL), 0);
	tree_clear(&t);
}

static void test_drop(void **state)
{
	unsigned before;
	struct tree t;

	(void)state;
	assert_int_equal(mkdir("t/b", 0755), 0);
	file_write("t/b/1", "", 0);
	file_write("t/b/2", "", 0);
	file_write("t/a", "a", 1);
	file_write("t/c", "c", 1);
	before = count_descriptors();
	walk(&t);
	assert_int_equal(count_descriptors(), before + 4);
	tree_drop(tree_find(&t, "b"));
	assert_int_equal(count_descriptors(), before + 2);
	assert_int_equal(t.root->children, 2);
	assert_null(tree_find(&t, "b"));
	assert_reads(&t, "a", "a");
	assert_reads(&t, "c", "c");
	tree_drop(tree_find(&t, "c"));
	tree_drop(tree_find(&t, "a"));
	assert_int_equal(t.root->children, 0);
	tree_clear(&t);
	assert_int_equal(count_descriptors(), before);
}

/* --- changes between the walk and the end --- */

/* Gives the file an old time, so that any later change gives it a different one. */
static void write_old(const char *path, const char *content)
{
	static const struct timespec times[2] = { { 1000000000, 0 }, { 1000000000, 0 } };

	file_write(path, content, strlen(content));
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void vanish(const char *path)
{
	unlink(path);
}

static void grow(const char *path)
{
	file_write(path, "content and more", 16);
}

static void shrink(const char *path)
{
	assert_int_equal(truncate(path, 3), 0);
}

static void empty(const char *path)
{
	assert_int_equal(truncate(path, 0), 0);
}

static void rewrite(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_int_equal(write(fd, "CONTENT", 7), 7);
	close(fd);
}

static void swap_file(const char *path)
{
	write_old("other", "content");
	assert_int_equal(rename("other", path), 0);
}

static void swap_link(const char *path)
{
	unlink(path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
}

static void swap_folder(const char *path)
{
	unlink(path);
	assert_int_equal(mkdir(path, 0755), 0);
}

static const struct {
	void (*change)(const char *path);
	const char *words;
} changes[] = {
	{ vanish, "vanished" },
	{ grow, "grew" },
	{ shrink, "shrank" },
	{ empty, "shrank" },
	{ rewrite, "changed" },
	{ swap_file, "vanished" },
	{ swap_link, "vanished" },
	{ swap_folder, "vanished" },
};

static void test_changes(void **state)
{
	char words[100];
	struct fault f;
	struct tree t;
	size_t i;

	(void)state;
	/* The walk finds other files before and after the one that is changed; these are not changed. */
	assert_int_equal(mkdir("t/a", 0755), 0);
	assert_int_equal(mkdir("t/d", 0755), 0);
	write_old("t/a/0", "before");
	write_old("t/d/0", "before");
	write_old("t/d/z", "behind");
	write_old("t/z", "behind");
	for (i = 0; i < COUNT(changes); i++) {
		write_old("t/d/file", "content");
		walk(&t);
		assert_int_equal(tree_check(&t, &f), 0);
		changes[i].change("t/d/file");
		snprintf(words, sizeof(words), "t/d/file: %s while the image was made",
			changes[i].words);
		assert_int_equal(tree_check(&t, &f), -ESTALE);
		assert_string_equal(f.text, words);
		tree_clear(&t);
		if (rmdir("t/d/file") < 0)
			unlink("t/d/file");
	}
}

/* The file that the walk found is held open, so a new file with its name is not read. */
static void test_held(void **state)
{
	struct tree t;

	(void)state;
	file_write("t/file", "content", 7);
	file_write("t/gone", "also", 4);
	walk(&t);
	swap_link("t/file");
	vanish("t/gone");
	assert_reads(&t, "file", "content");
	assert_reads(&t, "gone", "also");
	tree_clear(&t);
}

static void test_read_shrunk(void **state)
{
	char out[16];
	struct fault f;
	struct tree t;

	(void)state;
	file_write("t/file", "content", 7);
	walk(&t);
	shrink("t/file");
	assert_int_equal(tree_read(&t, tree_find(&t, "file"), out, &f), -ESTALE);
	assert_string_equal(f.text, "t/file: shrank while it was read");
	tree_clear(&t);
}

/* Reading a file, or creating other files in its folder, does not count as a change. */
static void test_no_change(void **state)
{
	char out[16];
	struct tree t;

	(void)state;
	file_write("t/file", "content", 7);
	file_write("t/added", "", 0);
	walk(&t);
	assert_int_equal(tree_read(&t, tree_find(&t, "file"), out, NULL), 0);
	file_write("t/new", "", 0);
	assert_int_equal(chmod("t", 0700), 0);
	assert_int_equal(tree_check(&t, NULL), 0);
	tree_clear(&t);
}

#define IN_FOLDER(title, function)                 \
	{                                          \
		title, function, enter, NULL, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER("tree: children are sorted by the bytes of their names", test_order),
		IN_FOLDER("tree: two children are sorted, too", test_order_of_two),
		IN_FOLDER("tree: everything in a folder is found by its path, and nothing else",
			test_whole),
		IN_FOLDER("tree: a node's path begins as the user typed it", test_names),
		IN_FOLDER("tree: an empty folder, or no folder, gives an empty tree", test_empty),
		IN_FOLDER("tree: many files are all held open", test_many_files),
		IN_FOLDER("tree: a symbolic link stays a link, and none is followed", test_links),
		IN_FOLDER(
			"tree: the given files are left out, and the tree says if the first of them was met",
			test_omit),
		IN_FOLDER("tree: a FIFO, a socket or a device is refused with a message",
			test_special_files),
		IN_FOLDER("tree: a name that is not UTF-8 is refused", test_not_utf8),
		IN_FOLDER("tree: a file that may not be read is an error, and not left out",
			test_unreadable),
		IN_FOLDER("tree: a path that is not a folder is an error", test_no_folder),
		IN_FOLDER("tree: names of 255 bytes are accepted", test_longest_names),
		IN_FOLDER("tree: 20 levels are accepted", test_deep),
		IN_FOLDER("tree: 100 levels are accepted", test_deepest),
		IN_FOLDER("tree: 101 levels are refused, and no descriptor is left open",
			test_too_deep),
		IN_FOLDER("tree: paths may be longer than PATH_MAX", test_deep_and_long),
		IN_FOLDER(
			"tree: a file from elsewhere is added in its order, and anything but a file is refused",
			test_add_file),
		IN_FOLDER(
			"tree: a file in memory is added in its order, and its content is never copied",
			test_add_bytes),
		IN_FOLDER("tree: a dropped node is removed with everything below it", test_drop),
		IN_FOLDER(
			"tree: a file that vanishes, grows, shrinks, changes or is replaced is an error",
			test_changes),
		IN_FOLDER(
			"tree: the file that was walked is read, even if another has taken its name",
			test_held),
		IN_FOLDER("tree: a file that shrank is an error, and not read in part",
			test_read_shrunk),
		IN_FOLDER("tree: reading a file and new files beside it are no change",
			test_no_change),
	};

	return cmocka_run_group_tests_name("tree", tests, temp_enter, temp_leave);
}
