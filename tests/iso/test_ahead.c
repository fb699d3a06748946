/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/image.h"

#include "iso/ahead.h"

#include <sodium.h>

#define SMALL_FILES 1000

/* Begins in an empty working folder with a folder t. In t are SMALL_FILES small files, some of them empty, and a larger
 * one. */
static int enter(void **state)
{
	static unsigned number;
	char path[64], text[64];
	unsigned i;

	(void)state;
	snprintf(path, sizeof(path), "%u", ++number);
	if (chdir(temp_folder()->path) < 0 || mkdir(path, 0755) < 0 || chdir(path) < 0 ||
		mkdir("t", 0755) < 0)
		return -1;
	for (i = 0; i < SMALL_FILES; i++) {
		snprintf(path, sizeof(path), "t/%u", i);
		snprintf(text, sizeof(text), "this is file %u", i);
		file_write(path, text, i % 7 == 0 ? 0 : strlen(text));
	}
	file_write("t/5-large", (char[5000]){ "large" }, 5000);
	return 0;
}

static void open_tree(struct tree *t)
{
	struct fault f;

	assert_int_equal(tree_open(t, "t", NULL, 0, &f), 0);
}

/* Waits until the thread has read @files files, which is as many as it reads in this test. */
static void wait_for(const struct ahead *a, size_t files)
{
	while (a->done < files)
		sched_yield();
}

/* The image is the same with a thread that reads ahead, if the writer starts at once and may overtake the thread, and
 * if the thread is done before the writer starts. */
static void test_same_image(void **state)
{
	struct ahead a = { .secret = false };
	struct iso_options o = image_options();
	size_t len[2], i;
	char *image[2];
	struct fault f;
	struct tree t;

	(void)state;
	open_tree(&t);
	assert_int_equal(image_write(&t, &o, "without", 16, &f), 0);
	image[0] = file_read("without", len);
	o.ahead = &a;
	for (i = 0; i < 50; i++) {
		a.secret = i % 2;
		assert_int_equal(image_write(&t, &o, "with", 16, &f), 0);
		assert_null(a.bytes);
		image[1] = file_read("with", len + 1);
		assert_int_equal(len[0], len[1]);
		assert_memory_equal(image[0], image[1], len[0]);
		free(image[1]);
	}
	free(image[0]);
	tree_clear(&t);
}

static void test_contents(void **state)
{
	struct ahead a = { .secret = true };
	struct tree t;
	size_t i, at = 0, read = 0;
	uint8_t want[64];

	(void)state;
	open_tree(&t);
	ahead_begin(&a, t.root->child, t.root->children);
	wait_for(&a, t.root->children);
	for (i = 0; i < t.root->children; i++) {
		const struct tree_node *node = t.root->child[i];
		const uint8_t *bytes = ahead_take(&a, i, &at);

		assert_int_equal(bytes != NULL, node->size > 0 && node->size < 5000);
		if (!bytes)
			continue;
		assert_int_equal(tree_read(&t, node, want, NULL), 0);
		assert_memory_equal(bytes, want, node->size);
		read++;
	}
	assert_int_equal(read, SMALL_FILES - (SMALL_FILES + 6) / 7);
	ahead_end(&a);
	ahead_end(&a);
	tree_clear(&t);
}

/* The writer overtakes the thread at a small file, and the thread reads on before it sees that it must stop. From then on
 * nothing is taken, as the writer's offset does not count the file that it read itself. */
static void test_overtaken(void **state)
{
	struct ahead a = { .secret = false };
	size_t i = 0, at = 0;
	struct tree t;

	(void)state;
	open_tree(&t);
	ahead_begin(&a, t.root->child, t.root->children);
	wait_for(&a, t.root->children);
	while (t.root->child[i]->size != 15)
		(void)ahead_take(&a, i++, &at);
	a.done = i;
	assert_null(ahead_take(&a, i, &at));
	a.done = t.root->children;
	for (i++; i < t.root->children; i++)
		assert_null(ahead_take(&a, i, &at));
	ahead_end(&a);
	tree_clear(&t);
}

/* If a file has shrunk, the thread leaves it, and all files after it, to the writer. */
static void test_shrunk(void **state)
{
	struct ahead a = { .secret = false };
	struct iso_options o = image_options();
	size_t i = 0, at = 0;
	struct fault f;
	struct tree t;

	(void)state;
	open_tree(&t);
	file_write("t/500", "less", 4);
	while (strcmp(t.root->child[i]->name, "500") != 0)
		i++;
	ahead_begin(&a, t.root->child, t.root->children);
	wait_for(&a, i);
	assert_null(ahead_take(&a, i, &at));
	assert_int_equal(a.done, i);
	ahead_end(&a);
	o.ahead = &a;
	assert_int_equal(image_write(&t, &o, "image", 16, &f), -ENODATA);
	assert_non_null(strstr(f.text, "t/500: shrank"));
	tree_clear(&t);
}

/* A file is written to after it has been read ahead. */
static void test_changed(void **state)
{
	struct ahead a = { .secret = false };
	struct iso_options o = image_options();
	uint8_t buf[16 * ISO_SECTOR];
	struct iso_layout l;
	struct fault f;
	struct tree t;
	const struct timespec long_ago[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	int fd = open("image", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	assert_int_equal(utimensat(AT_FDCWD, "t/500", long_ago, 0), 0);
	open_tree(&t);
	o.ahead = &a;
	assert_int_equal(iso_layout_begin(&l, &t, &o, &f), 0);
	wait_for(&a, SMALL_FILES + 1);
	file_write("t/500", "THIS IS FILE 500", 16);
	assert_int_equal(iso_layout_end(&l, &f), 0);
	assert_int_equal(iso_layout_write(&l, &t, fd, buf, sizeof(buf), NULL, NULL, &f), -ESTALE);
	assert_non_null(strstr(f.text, "t/500: changed while the image was made"));
	iso_layout_clear(&l);
	close(fd);
	tree_clear(&t);
}

static void test_few(void **state)
{
	struct ahead a = { .secret = false };
	struct tree t;
	size_t at = 0;

	(void)state;
	open_tree(&t);
	ahead_begin(&a, t.root->child, 100);
	assert_false(a.running);
	assert_null(ahead_take(&a, 1, &at));
	ahead_end(&a);
	ahead_end(NULL);
	tree_clear(&t);
}

#define IN_FOLDER(title, test)                 \
	{                                      \
		title, test, enter, NULL, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER("ahead: the image is the same, whether the writer overtakes or not",
			test_same_image),
		IN_FOLDER("ahead: small files have their contents, and no other file has",
			test_contents),
		IN_FOLDER("ahead: after the writer has overtaken the thread, nothing is taken",
			test_overtaken),
		IN_FOLDER("ahead: a file that shrinks is left to the writer, and is an error",
			test_shrunk),
		IN_FOLDER("ahead: a file that is written to after it was read is an error",
			test_changed),
		IN_FOLDER("ahead: for few files no thread is started", test_few),
	};

	return sodium_init() < 0 ?
		1 :
		cmocka_run_group_tests_name("ahead", tests, temp_enter, temp_leave);
}
