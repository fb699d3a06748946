/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/folder.h"
#include "tests/lib/unit.h"

#include "iso/lost.h"

static struct tree t;
static struct fault f;

static int enter(void **state)
{
	(void)state;
	return enter_folder() < 0 ? -1 : mkdir("t", 0755);
}

static void walk(void)
{
	tree_clear(&t);
	if (tree_open(&t, "t", NULL, 0, &f) < 0)
		fail_msg("%s", f.text);
}

static void assert_lost(struct lost l, size_t count, const char *first)
{
	char path[PATH_MAX];

	assert_int_equal(l.count, count);
	if (first)
		assert_string_equal(tree_name(&t, l.first, path), first);
	else
		assert_null(l.first);
}

/* Checks whether Joliet changes the name in each of three forms: up to 64 characters, up to 103 characters, and up to
 * 64 characters in UTF-16. */
static void assert_joliet(const char *name, bool in_64, bool in_103, bool in_utf16)
{
	const struct lost_joliet limits[] = { { 64, false }, { 103, false }, { 64, true } };
	const bool lost[] = { in_64, in_103, in_utf16 };
	char path[300];
	size_t i;

	snprintf(path, sizeof(path), "t/%s", name);
	file_write(path, "x", 1);
	walk();
	for (i = 0; i < 3; i++)
		assert_lost(lost_in_joliet(&t, limits + i), lost[i], lost[i] ? path : NULL);
	unlink(path);
}

static void test_joliet(void **state)
{
	static const char *const changed[] = { "a*b", "a:b", "a;b", "a?b", "a\\b", "a\tb", "\001" };
	static const char *const kept[] = { "a\"b", "a<b>|", "a.", ".a", "a..b", " a ", "del\177",
		"~", "#" };
	char name[300];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(changed); i++)
		assert_joliet(changed[i], true, true, true);
	for (i = 0; i < COUNT(kept); i++)
		assert_joliet(kept[i], false, false, false);
	snprintf(name, sizeof(name), "%064d", 0);
	assert_joliet(name, false, false, false);
	snprintf(name, sizeof(name), "%065d", 0);
	assert_joliet(name, true, false, true);
	snprintf(name, sizeof(name), "%0103d", 0);
	assert_joliet(name, true, false, true);
	snprintf(name, sizeof(name), "%0104d", 0);
	assert_joliet(name, true, true, true);
	/* The limit counts characters, not bytes. */
	for (i = 0; i < 64; i++)
		memcpy(name + 2 * i, "\303\251", 3);
	assert_joliet(name, false, false, false);
	memcpy(name + (size_t)2 * 64, "\303\251", 3);
	assert_joliet(name, true, false, true);
	assert_joliet("\360\237\230\200", true, true, false);
	snprintf(name, sizeof(name), "%062d\360\237\230\200", 0);
	assert_joliet(name, true, true, false);
	snprintf(name, sizeof(name), "%063d\360\237\230\200", 0);
	assert_joliet(name, true, true, true);
	tree_clear(&t);
}

static void test_names(void **state)
{
	(void)state;
	assert_int_equal(mkdir("t/a", 0755), 0);
	file_write("t/a/gr\303\274n", "x", 1);
	assert_int_equal(symlink("x", "t/gr\303\274n"), 0);
	file_write("t/plain", "xyz", 3);
	walk();
	assert_lost(lost_beyond_ascii(&t), 2, "t/a/gr\303\274n");
	assert_lost(lost_too_large(&t, 3), 0, NULL);
	assert_lost(lost_too_large(&t, 2), 1, "t/plain");
	tree_clear(&t);
}

static void test_links(void **state)
{
	static const char *const good[] = { "file", "./file", "sub", "sub/", "sub/deep",
		"sub/..//file", "to-sub/deep" };
	static const char *const lost[] = { "/etc/passwd", "..", "../file", "nowhere", "file/x",
		"sub/../../t/file", "to-sub/../x", "circle", "other-circle", "to-lost/x",
		"file/.." };
	size_t i;

	(void)state;
	assert_int_equal(mkdir("t/sub", 0755), 0);
	file_write("t/file", "x", 1);
	file_write("t/sub/deep", "x", 1);
	assert_int_equal(symlink("sub", "t/to-sub"), 0);
	assert_int_equal(symlink("..", "t/sub/up"), 0);
	for (i = 0; i < COUNT(good); i++) {
		assert_int_equal(symlink(good[i], "t/a-link"), 0);
		walk();
		assert_lost(lost_links(&t), 0, NULL);
		unlink("t/a-link");
	}
	assert_int_equal(symlink("other-circle", "t/circle"), 0);
	assert_int_equal(symlink("circle", "t/other-circle"), 0);
	assert_int_equal(symlink("/", "t/to-lost"), 0);
	walk();
	assert_lost(lost_links(&t), 3, "t/circle");
	for (i = 0; i < COUNT(lost); i++) {
		assert_int_equal(symlink(lost[i], "t/a-link"), 0);
		walk();
		assert_lost(lost_links(&t), 4, "t/a-link");
		unlink("t/a-link");
	}
	tree_clear(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define IN_FOLDER(title, function) { title, function, enter, NULL, NULL }
		IN_FOLDER("lost: names that Joliet cuts or changes are found", test_joliet),
		IN_FOLDER(
			"lost: names that are not ASCII, and files that are too large", test_names),
		IN_FOLDER(
			"lost: links whose target is outside of the tree, or missing in it, are found",
			test_links),
	};

	return cmocka_run_group_tests_name("lost", tests, temp_enter, temp_leave);
}
