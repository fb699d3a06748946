/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/folder.h"
#include "tests/lib/unit.h"

#include "iso/tree.h"

#include <dirent.h>
#include <errno.h>

static const struct tree_rules as_they_are;
static const struct tree_rules followed = { .follow = true };

static struct tree tree;

/* Each test begins with an empty tree in an empty working folder. */
static int enter(void **state)
{
	(void)state;
	return enter_folder() < 0 ? -1 : tree_open(&tree, NULL, NULL, 0, NULL);
}

static int leave(void **state)
{
	(void)state;
	tree_clear(&tree);
	return 0;
}

static void make(const char *path, const char *content)
{
	char copy[PATH_MAX], *slash;

	snprintf(copy, sizeof(copy), "%s", path);
	for (slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(copy, 0755);
		*slash = '/';
	}
	if (content)
		file_write(path, content, strlen(content));
}

static void graft_by(const struct tree_rules *rules, const char *at, const char *path)
{
	struct fault f = { 0 };

	if (tree_graft(&tree, at, path, rules, &f) < 0)
		fail_msg("%s", f.text);
}

static void graft(const char *at, const char *path)
{
	graft_by(&as_they_are, at, path);
}

static void assert_refused(const struct tree_rules *rules, const char *at, const char *path,
	int err, const char *words)
{
	struct fault f = { 0 };

	assert_int_equal(tree_graft(&tree, at, path, rules, &f), err);
	assert_string_equal(f.text, words);
}

static void list(const struct tree_node *dir, char *out, size_t size)
{
	size_t i, at;

	for (i = 0; i < dir->children; i++) {
		const struct tree_node *node = dir->child[i];

		assert_ptr_equal(node->parent, dir);
		assert_true(i == 0 || strcmp(dir->child[i - 1]->name, node->name) < 0);
		at = strlen(out);
		snprintf(out + at, size - at, "%s%s", at && out[at - 1] != '(' ? " " : "",
			node->name);
		if (node->kind != TREE_DIR)
			continue;
		at = strlen(out);
		snprintf(out + at, size - at, "(");
		list(node, out, size);
		at = strlen(out);
		snprintf(out + at, size - at, ")");
	}
}

static void assert_tree(const char *want)
{
	char text[1024] = "";

	list(tree.root, text, sizeof(text));
	assert_string_equal(text, want);
}

static void assert_named(const char *path, const char *want)
{
	const struct tree_node *node = tree_find(&tree, path);
	char name[PATH_MAX];

	assert_non_null(node);
	assert_string_equal(tree_name(&tree, node, name), want);
}

static void test_grafts(void **state)
{
	(void)state;
	make("d/a", "1");
	graft("x", "d");
	graft("y/z", "d/a");
	graft("/k/./l//", "d/a");
	graft("./m", "d/a");
	graft("n/../o", "d/a");
	graft(NULL, "./d/a");
	assert_tree("a k(l(a)) m n() o x(a) y(z)");
	assert_named("x/a", "d/a");
	assert_named("y/z", "d/a");
	assert_named("a", "./d/a");
	assert_named("k/l", "k/l");
}

static void test_merged(void **state)
{
	(void)state;
	make("one/sub/x", "1");
	make("one/sub/deep/p", "1");
	make("two/sub/y", "2");
	make("two/sub/deep/q", "2");
	make("two/b", "2");
	make("three/sub/deep/r", "3");
	graft(NULL, "one");
	graft(NULL, "two/");
	graft("sub", "three/sub");
	assert_tree("b sub(deep(p q r) x y)");
	assert_named("sub/x", "one/sub/x");
	assert_named("sub/y", "two/sub/y");
	assert_named("sub/deep/q", "two/sub/deep/q");
	assert_named("sub/deep/r", "three/sub/deep/r");
	assert_int_equal(tree_check(&tree, NULL), 0);
}

static void test_same_name(void **state)
{
	(void)state;
	make("one/sub/x", "1");
	make("two/sub/x", "2");
	make("three/sub", "3");
	graft(NULL, "one");
	assert_refused(
		&as_they_are, NULL, "two", -EEXIST, "two/sub/x: one/sub/x has that name already");
	assert_refused(&as_they_are, NULL, "three/sub", -EEXIST,
		"three/sub: one/sub has that name already");
	assert_refused(&as_they_are, "sub/x", "two/sub/x", -EEXIST,
		"two/sub/x: one/sub/x has that name already");
	assert_refused(&as_they_are, "sub/x/y", "two/sub/x", -EEXIST,
		"two/sub/x: one/sub/x has that name already");
}

static void test_attributes(void **state)
{
	struct stat st;

	(void)state;
	make("one/x", "1");
	make("two/y", "2");
	assert_int_equal(chmod("one", 0710), 0);
	assert_int_equal(chmod("two", 0701), 0);
	graft("z", "one/x"); /* must not set the root's attributes */
	graft(NULL, "one");
	graft(NULL, "two");
	graft("made/by/us", "two");
	assert_int_equal(tree.root->st.st_mode, S_IFDIR | 0710);
	assert_int_equal(tree_find(&tree, "made/by")->st.st_mode, S_IFDIR | 0555);
	assert_int_equal(tree_find(&tree, "made/by/us")->st.st_mode, S_IFDIR | 0701);
	assert_int_equal(stat("two", &st), 0);
	assert_int_equal(tree_find(&tree, "made")->st.st_mtime, st.st_mtime);
}

static void test_links(void **state)
{
	struct tree_node *node;

	(void)state;
	make("d/a", "1");
	make("e/x", NULL);
	assert_int_equal(symlink("../d", "e/link"), 0);
	assert_int_equal(symlink("../d/a", "e/file"), 0);
	graft(NULL, "e");
	graft("kept", "e/link");
	graft("led", "e/link/");
	assert_tree("file kept led(a) link");
	node = tree_find(&tree, "kept");
	assert_int_equal(node->kind, TREE_LINK);
	assert_string_equal(node->target, "../d");
	assert_int_equal(tree_drop_links(&tree), 3);
	assert_tree("led(a)");
	graft_by(&followed, "f", "e");
	assert_tree("f(file link(a)) led(a)");
	assert_int_equal(tree_find(&tree, "f/file")->kind, TREE_FILE);
	assert_int_equal(tree_drop_links(&tree), 0);
}

static void test_bad_links(void **state)
{
	(void)state;
	make("d/deep/a", "1");
	make("e/x", NULL);
	assert_int_equal(symlink("..", "d/deep/up"), 0);
	assert_int_equal(symlink("nowhere", "e/broken"), 0);
	assert_refused(&followed, NULL, "d", -ELOOP,
		"d/deep/up: a link that leads back to a folder above it");
	assert_refused(&followed, NULL, "e", -ENOENT, "e/broken: No such file or directory");
	assert_refused(&followed, NULL, "e/broken", -ENOENT, "e/broken: No such file or directory");
	graft(NULL, "e/broken");
	assert_tree("broken");
}

/* What cannot go into an image is left out, and counted; the message is about the first by its path. */
static void test_lenient(void **state)
{
	const struct tree_rules lenient = { .lenient = true },
				followed_leniently = { .lenient = true, .follow = true };

	(void)state;
	make("d/sub/a", "1");
	make("d/z", "2");
	assert_int_equal(mkfifo("d/pipe", 0600), 0);
	assert_int_equal(mkfifo("d/sub/pipe", 0600), 0);
	assert_int_equal(symlink("nowhere", "d/link"), 0);
	assert_int_equal(symlink("..", "d/sub/up"), 0);
	assert_int_equal(symlink("itself", "d/itself"), 0);
	graft_by(&lenient, NULL, "d/z");
	assert_int_equal(tree.left_out, 0);
	assert_null(tree.left_out_first);
	graft_by(&lenient, "pipe", "d/sub/pipe");
	assert_int_equal(tree.left_out, 1);
	assert_string_equal(tree.left_out_first,
		"d/sub/pipe: is a FIFO: only files, folders and symbolic links go on a drive");
	graft_by(&lenient, "x", "d");
	assert_tree("x(itself link sub(a up) z) z");
	assert_int_equal(tree.left_out, 3);
	assert_string_equal(tree.left_out_first,
		"d/pipe: is a FIFO: only files, folders and symbolic links go on a drive");
	graft_by(&followed_leniently, "y", "d");
	assert_tree("x(itself link sub(a up) z) y(sub(a) z) z");
	assert_int_equal(tree.left_out, 8);
	assert_string_equal(tree.left_out_first, "d/itself: Too many levels of symbolic links");
	/* A path that the user typed must exist. */
	assert_refused(
		&followed_leniently, NULL, "d/link", -ENOENT, "d/link: No such file or directory");
	assert_refused(&lenient, NULL, "d/none", -ENOENT, "d/none: No such file or directory");
}

static void test_refused(void **state)
{
	(void)state;
	make("a", "1");
	make("d/x", NULL);
	assert_int_equal(mkfifo("d/pipe", 0600), 0);
	assert_refused(
		&as_they_are, NULL, "nothing", -ENOENT, "nothing: No such file or directory");
	assert_refused(&as_they_are, NULL, "", -ENOENT, ": No such file or directory");
	assert_refused(&as_they_are, "../a", "a", -EINVAL,
		"a: its path in the image leads above the root");
	assert_refused(&as_they_are, "x/../../a", "a", -EINVAL,
		"a: its path in the image leads above the root");
	assert_refused(
		&as_they_are, "x/..", "a", -EINVAL, "a: the name in the image cannot be '..'");
	assert_refused(&as_they_are, "\xff", "a", -EILSEQ, "a: the name is not UTF-8");
	assert_refused(&as_they_are, "\xff/x", "a", -EILSEQ, "\xff: the name is not UTF-8");
	assert_refused(&as_they_are, NULL, "d/pipe", -EINVAL,
		"d/pipe: is a FIFO: only files, folders and symbolic links go on a drive");
	assert_refused(&as_they_are, NULL, "d", -EINVAL,
		"d/pipe: is a FIFO: only files, folders and symbolic links go on a drive");
}

static void test_long_name(void **state)
{
	char at[NAME_MAX + 8], words[NAME_MAX + 64];

	(void)state;
	make("a", "1");
	memset(at, 'n', sizeof(at));
	memcpy(at + NAME_MAX + 1, "/x", 3);
	snprintf(words, sizeof(words), "%.*s: the name is too long", NAME_MAX + 1, at);
	assert_refused(&as_they_are, at, "a", -ENAMETOOLONG, words);
	graft(at + 1, "a");
	assert_int_equal(strlen(tree.root->child[tree.root->children - 1]->name), NAME_MAX);
}

static void test_omitted(void **state)
{
	struct tree_rules rules = { .omits = 1 };
	struct tree_omit omit;
	struct stat st;

	(void)state;
	make("d/out.iso", "");
	make("d/a", "1");
	assert_int_equal(stat("d/out.iso", &st), 0);
	omit = (struct tree_omit){ st.st_dev, st.st_ino };
	rules.omit = &omit;
	graft_by(&rules, NULL, "d");
	graft_by(&rules, NULL, "d/out.iso");
	graft_by(&rules, "sub/name", "d/out.iso");
	assert_tree("a sub()");
	assert_true(tree.omitted_first);
}

/* Folders that have no source belong to the calling user. Only root can change its user id, to check that. */
static void test_made_up(void **state)
{
	const bool root = getuid() == 0;
	const uid_t uid = root ? 1234 : getuid();
	const gid_t gid = root ? 1235 : getgid();
	const struct tree_node *sub;
	struct stat st;

	(void)state;
	make("d/a", "1");
	assert_int_equal(stat("d/a", &st), 0);
	if (root)
		assert_int_equal(setresgid(gid, 0, 0) | setresuid(uid, 0, 0), 0);
	graft("sub/name", "d/a");
	if (root)
		assert_int_equal(setresuid(0, 0, 0) | setresgid(0, 0, 0), 0);
	sub = tree.root->child[0];
	assert_int_equal(tree.root->st.st_uid, uid);
	assert_int_equal(tree.root->st.st_gid, gid);
	assert_int_equal(sub->st.st_uid, uid);
	assert_int_equal(sub->st.st_gid, gid);
	assert_int_equal(sub->child[0]->st.st_uid, st.st_uid);
}

/* The names differ in length, one begins as another does, and they are added in no order. */
static void test_many(void **state)
{
	enum { MANY = 500, STEP = 191 };
	unsigned i;
	char at[64];

	(void)state;
	make("file", "1");
	for (i = 0; i < MANY; i++) {
		snprintf(at, sizeof(at), "d/%u", i * STEP % MANY);
		graft(at, "file");
	}
	make("more/x", "1");
	make("more/500", "1");
	make("more/0a", "1");
	graft("d", "more");
	assert_int_equal(tree.root->child[0]->children, MANY + 3);
	for (i = 1; i < MANY + 3; i++)
		assert_true(strcmp(tree.root->child[0]->child[i - 1]->name,
				    tree.root->child[0]->child[i]->name) < 0);
	for (i = 0; i < MANY; i++) {
		snprintf(at, sizeof(at), "d/%u", i);
		assert_non_null(tree_find(&tree, at));
		assert_refused(
			&as_they_are, at, "file", -EEXIST, "file: file has that name already");
	}
	assert_null(tree_find(&tree, "d/0b"));
	assert_null(tree_find(&tree, "d/501"));
	make("again/499", "1");
	assert_refused(
		&as_they_are, "d", "again", -EEXIST, "again/499: file has that name already");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define EACH(title, function) { title, function, enter, leave, NULL }
		EACH("graft: every form of place creates its folders, and the file is found there",
			test_grafts),
		EACH("graft: folders with the same name are merged, and each file keeps its own path",
			test_merged),
		EACH("graft: two files with the same name are refused, and the message names both",
			test_same_name),
		EACH("graft: many files, added in no order, are sorted, and a second one of each name is refused",
			test_many),
		EACH("graft: a merged folder has the attributes of the first one", test_attributes),
		EACH("graft: a folder that exists only in the image belongs to the calling user, and a file to its owner",
			test_made_up),
		EACH("graft: a link stays a link, or all links are followed", test_links),
		EACH("graft: with links followed, a dangling link and a link to a folder above it are refused",
			test_bad_links),
		EACH("graft: by lenient rules, what cannot go into an image is left out and counted",
			test_lenient),
		EACH("graft: a file that cannot go on a drive is refused with a message",
			test_refused),
		EACH("graft: a name is at most 255 bytes long", test_long_name),
		EACH("graft: the output itself is left out, whether it is in a folder or named by the user",
			test_omitted),
	};

	return cmocka_run_group_tests_name("graft", tests, temp_enter, temp_leave);
}
