/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/image.h"

#include <pthread.h>

#define SECRET "these bytes pass through nobody's hands but ours"

static char nova_tree[PATH_MAX];

/* Each test begins in an empty working folder. */
static int enter(void **state)
{
	static unsigned number;
	char name[32];

	(void)state;
	snprintf(name, sizeof(name), "%u", ++number);
	return chdir(temp_folder()->path) < 0 || mkdir(name, 0755) < 0 ? -1 : chdir(name);
}

static void write_tree(
	const struct tree *t, const struct iso_options *o, const char *path, size_t sectors)
{
	struct fault f = { 0 };

	if (image_write(t, o, path, sectors, &f) < 0)
		fail_msg("%s", f.text);
}

static void open_tree(struct tree *t, const char *path)
{
	struct fault f = { 0 };

	if (tree_open(t, path, NULL, 0, &f) < 0)
		fail_msg("%s", f.text);
}

static void assert_same_file(const char *a, const char *b)
{
	size_t a_len, b_len;
	char *a_text = file_read(a, &a_len), *b_text = file_read(b, &b_len);

	assert_int_equal(a_len, b_len);
	assert_memory_equal(a_text, b_text, a_len);
	free(a_text);
	free(b_text);
}

static void test_repeatable(void **state)
{
	struct iso_options o = image_options();
	struct tree t;

	(void)state;
	open_tree(&t, nova_tree);
	write_tree(&t, &o, "one", 64);
	tree_clear(&t);
	open_tree(&t, nova_tree);
	write_tree(&t, &o, "two", 64);
	assert_same_file("one", "two");
	tree_clear(&t);
}

static void test_any_buffer(void **state)
{
	static const size_t sectors[] = { 1, 2, 3, 17, 1000 };
	struct iso_options o = image_options();
	struct tree t;
	size_t i;

	(void)state;
	open_tree(&t, nova_tree);
	write_tree(&t, &o, "one", 64);
	for (i = 0; i < COUNT(sectors); i++) {
		write_tree(&t, &o, "two", sectors[i]);
		assert_same_file("one", "two");
	}
	tree_clear(&t);
}

static void test_length(void **state)
{
	struct iso_options o = image_options();
	struct iso_volume vol;
	struct stat st;
	struct tree t;
	int fd;

	(void)state;
	open_tree(&t, nova_tree);
	write_tree(&t, &o, "image", 64);
	tree_clear(&t);
	fd = open("image", O_RDONLY | O_CLOEXEC);
	assert_int_equal(iso_volume_open(&vol, (struct iso_input){ image_read_at, &fd }), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, (off_t)vol.sectors * ISO_SECTOR);
	close(fd);
}

static uint32_t number(const uint8_t *p, int step)
{
	return p[0] | (uint32_t)p[step] << 8 | (uint32_t)p[2 * step] << 16 |
		(uint32_t)p[3 * step] << 24;
}

/* Checks that each descriptor states the size of the file, and that only zeros follow the last content. */
static void assert_multiple(const struct iso_options *o, uint32_t multiple, uint64_t content)
{
	size_t len, at, volumes = 0;
	uint8_t *image = (uint8_t *)file_read("image", &len);

	assert_int_equal(len % multiple, 0);
	assert_true(len - content < multiple);
	for (at = ISO_SYSTEM_AREA; image[at] != 255; at += ISO_SECTOR) {
		assert_int_equal((size_t)number(image + at + 80, 1) * ISO_SECTOR, len);
		assert_int_equal((size_t)number(image + at + 87, -1) * ISO_SECTOR, len);
		volumes++;
	}
	assert_int_equal(volumes, 1 + o->joliet + (o->names.level == 4));
	for (at = content; at < len; at++)
		assert_int_equal(image[at], 0);
	free(image);
}

static void test_multiple(void **state)
{
	struct iso_options o = image_options();
	char name[] = "t/a";
	struct iso_layout l;
	struct fault f;
	struct tree t;
	unsigned odd = 0;

	(void)state;
	assert_int_equal(mkdir("t", 0755), 0);
	for (; name[2] < 'i'; name[2]++) {
		file_write(name, name, 3);
		o.names.level = name[2] % 2 ? 4 : 1;
		o.joliet = name[2] % 3 == 0;
		o.multiple = name[2] < 'g' ? 0 : 1024u << 10;
		open_tree(&t, "t");
		assert_int_equal(iso_layout_begin(&l, &t, &o, &f), 0);
		assert_int_equal(iso_layout_end(&l, &f), 0);
		iso_layout_clear(&l);
		write_tree(&t, &o, "image", (size_t)name[2] % 5 + 1);
		assert_multiple(&o, o.multiple ? o.multiple : 4096,
			(t.root->child[t.root->children - 1]->lba + 1ULL) * ISO_SECTOR);
		odd += t.root->child[t.root->children - 1]->lba % 2 == 0;
		image_compare_all("image", &t);
		tree_clear(&t);
	}
	assert_true(odd > 0);
}

static void test_empty_tree(void **state)
{
	struct iso_options o = image_options();
	struct tree t;

	(void)state;
	open_tree(&t, ".");
	write_tree(&t, &o, "image", 64);
	image_compare_all("image", &t);
	tree_clear(&t);
}

/* The two contents from memory are the first ones in the image, next to each other, because reseed needs that; and they
 * are not part of the head. */
static void test_bytes_first(void **state)
{
	char record[2048] = SECRET, note[2048] = "note";
	struct iso_options o = image_options();
	struct tree_node *meta;
	struct iso_layout l;
	struct fault f;
	struct tree t;

	(void)state;
	open_tree(&t, nova_tree);
	assert_int_equal(
		tree_add_bytes(&t, "seedrive.bin", record, sizeof(record), 0400, 0, &f), 0);
	assert_int_equal(tree_add_bytes(&t, "seedrive.json", note, sizeof(note), 0444, 0, &f), 0);
	meta = tree_find(&t, "openstack/latest/meta_data.json");
	meta->bytes = (const uint8_t *)memset(calloc(1, meta->size), 'm', meta->size);
	assert_int_equal(iso_layout_begin(&l, &t, &o, &f), 0);
	assert_int_equal(iso_layout_end(&l, &f), 0);
	assert_ptr_equal(l.file[0], tree_find(&t, "seedrive.bin"));
	assert_ptr_equal(l.file[1], tree_find(&t, "seedrive.json"));
	assert_int_equal(l.file[0]->lba, l.head_len / ISO_SECTOR);
	assert_int_equal(l.file[1]->lba, l.file[0]->lba + 1);
	assert_null(memmem(l.head, l.head_len, SECRET, 8));
	assert_null(memmem(l.head, l.head_len, "mmmmmmmm", 8));
	iso_layout_clear(&l);
	write_tree(&t, &o, "image", 64);
	image_compare_all("image", &t);
	free((void *)(uintptr_t)meta->bytes);
	tree_clear(&t);
}

static void *drain(void *out)
{
	int *fds = out;
	uint8_t buf[4096];
	ssize_t n;

	while ((n = read(fds[0], buf, sizeof(buf))) > 0)
		if (io_write(fds[1], buf, (size_t)n) < 0)
			break;
	return NULL;
}

static void test_pipe(void **state)
{
	struct iso_options o = image_options();
	uint8_t buf[32 * 1024];
	int ends[2], fds[2];
	struct iso_layout l;
	pthread_t thread;
	struct fault f;
	struct tree t;

	(void)state;
	open_tree(&t, nova_tree);
	write_tree(&t, &o, "one", 64);
	assert_int_equal(pipe(ends), 0);
	fds[0] = ends[0];
	fds[1] = open("two", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(pthread_create(&thread, NULL, drain, fds), 0);
	assert_int_equal(iso_layout_begin(&l, &t, &o, &f), 0);
	assert_int_equal(iso_layout_end(&l, &f), 0);
	assert_int_equal(iso_layout_write(&l, &t, ends[1], buf, sizeof(buf), NULL, NULL, &f), 0);
	close(ends[1]);
	pthread_join(thread, NULL);
	close(ends[0]);
	close(fds[1]);
	iso_layout_clear(&l);
	tree_clear(&t);
	assert_same_file("one", "two");
}

static void test_full(void **state)
{
	struct iso_options o = image_options();
	struct fault f;
	struct tree t;

	(void)state;
	open_tree(&t, nova_tree);
	assert_int_equal(image_write(&t, &o, "/dev/full", 64, &f), -ENOSPC);
	/* The message comes from the caller, who knows the target's name. */
	assert_string_equal(f.text, "");
	tree_clear(&t);
}

static void test_changed_source(void **state)
{
	struct iso_options o = image_options();
	struct fault f;
	struct tree t;

	(void)state;
	assert_int_equal(mkdir("t", 0755), 0);
	file_write("t/file", "0123456789", 10);
	open_tree(&t, "t");
	file_write("t/file", "01234", 5);
	assert_int_equal(image_write(&t, &o, "image", 64, &f), -ENODATA);
	assert_string_equal(f.text, "t/file: shrank while the image was made");
	file_write("t/file", "0123456789abcdef", 16);
	assert_int_equal(image_write(&t, &o, "image", 64, &f), -ESTALE);
	assert_string_equal(f.text, "t/file: grew while the image was made");
	unlink("t/file");
	assert_int_equal(image_write(&t, &o, "image", 64, &f), -ESTALE);
	assert_string_equal(f.text, "t/file: vanished while the image was made");
	tree_clear(&t);
}

static void test_clear_early(void **state)
{
	struct iso_options o = image_options();
	struct iso_layout l;
	struct fault f;
	struct tree t;

	(void)state;
	open_tree(&t, nova_tree);
	assert_int_equal(iso_layout_begin(&l, &t, &o, &f), 0);
	iso_layout_clear(&l);
	assert_null(l.file);
	iso_layout_clear(&l);
	iso_layout_clear(NULL);
	tree_clear(&t);
}

/* With names of the greatest length, libisofs writes a part of each name outside of the directory record, where we do
 * not look. */
static void test_long_names(void **state)
{
	struct iso_options o = image_options();
	char path[300] = "t/", listing[8192];
	struct tree t;
	FILE *out;
	size_t n;
	int i;

	(void)state;
	assert_int_equal(mkdir("t", 0755), 0);
	memset(path + 2, 'n', NAME_MAX);
	for (i = 0; i < 3; i++) {
		path[2 + NAME_MAX - 1] = (char)('0' + i);
		file_write(path, path, NAME_MAX);
	}
	open_tree(&t, "t");
	write_tree(&t, &o, "image", 64);
	tree_clear(&t);
	out = popen("isoinfo -R -f -i image 2>/dev/null", "r");
	assert_non_null(out);
	n = fread(listing, 1, sizeof(listing) - 1, out);
	listing[n] = '\0';
	assert_int_equal(pclose(out), 0);
	for (i = 0; i < 3; i++) {
		path[2 + NAME_MAX - 1] = (char)('0' + i);
		assert_non_null(strstr(listing, path + 2));
	}
}

/* Folders for which libisofs 1.5.4 counts more sectors than it writes, among others: two with such files, one of them in
 * the other; one with such links; and one with short names, which is written after them. */
static void make_many_long_names(void)
{
	char path[512];
	unsigned i;

	assert_int_equal(mkdir("t", 0755), 0);
	assert_int_equal(mkdir("t/a", 0755), 0);
	assert_int_equal(mkdir("t/a/b", 0755), 0);
	assert_int_equal(mkdir("t/c", 0755), 0);
	assert_int_equal(mkdir("t/d", 0755), 0);
	for (i = 0; i < 60; i++) {
		snprintf(path, sizeof(path), "t/a/%03u%0237u", i, 0);
		file_write(path, path, 6 + i);
		snprintf(path, sizeof(path), "t/a/b/%03u%0247u", i, 0);
		file_write(path, path, 8 + i);
		snprintf(path, sizeof(path), "t/c/%03u", i);
		assert_int_equal(symlink("/usr/share/"
					 "0123456789012345678901234567890123456789/"
					 "0123456789012345678901234567890123456789/"
					 "0123456789012345678901234567890123456789/"
					 "0123456789012345678901234567890123456789",
					 path),
			0);
	}
	file_write("t/d/file", "last", 4);
}

static void test_many_long_names(void **state)
{
	struct iso_options o = image_options();
	struct tree t;

	(void)state;
	make_many_long_names();
	open_tree(&t, "t");
	write_tree(&t, &o, "image", 64);
	tree_clear(&t);
	assert_int_equal(system("xorriso -osirrox on -indev image -extract / out >words 2>&1"), 0);
	assert_int_equal(system("diff -r --no-dereference t out"), 0);
	assert_int_equal(system("find t -mindepth 1 | sed s/t// | sort >want &&"
				"isoinfo -R -f -i image 2>/dev/null | sort | cmp - want"),
		0);
	/* Joliet, which follows, has no links. */
	assert_int_equal(system("[ $(isoinfo -J -f -i image 2>/dev/null | wc -l) = 125 ]"), 0);
}

/* Writes the image with its descriptors last, and checks that writing may be given up early. */
static int write_last(const struct tree *t, const struct iso_options *o, const char *path)
{
	struct fault f = { 0 };
	struct iso_layout l;
	uint8_t buf[4 * ISO_SECTOR];
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), r;

	assert_true(fd >= 0);
	assert_int_equal(iso_layout_begin(&l, t, o, &f), 0);
	assert_int_equal(iso_layout_end(&l, &f), 0);
	l.descriptors_last = true;
	r = iso_layout_write(&l, t, fd, buf, sizeof(buf), NULL, NULL, &f);
	iso_layout_clear(&l);
	close(fd);
	return r;
}

static void test_descriptors_last(void **state)
{
	struct iso_options o = image_options();
	struct tree t;

	(void)state;
	open_tree(&t, nova_tree);
	write_tree(&t, &o, "one", 64);
	assert_int_equal(write_last(&t, &o, "two"), 0);
	assert_same_file("one", "two");
	o.names.level = 4;
	write_tree(&t, &o, "one", 64);
	assert_int_equal(write_last(&t, &o, "two"), 0);
	assert_same_file("one", "two");
	tree_clear(&t);
}

static void test_given_up(void **state)
{
	struct iso_options o = image_options();
	struct tree t;
	size_t len;
	char *text;

	(void)state;
	assert_int_equal(mkdir("t", 0755), 0);
	file_write("t/a", "content", 7);
	open_tree(&t, "t");
	assert_int_equal(truncate("t/a", 3), 0);
	assert_int_equal(write_last(&t, &o, "half"), -ENODATA);
	tree_clear(&t);
	open_tree(&t, "t");
	file_write("t/a", "con", 3);
	assert_int_equal(write_last(&t, &o, "changed"), -ESTALE);
	tree_clear(&t);
	text = file_read("changed", &len);
	assert_true(len > (size_t)20 * ISO_SECTOR);
	assert_null(memmem(text, len, "CD001", 5));
	free(text);
	text = file_read("half", &len);
	assert_null(memmem(text, len, "CD001", 5));
	free(text);
}

#define IN_FOLDER(title, function)                 \
	{                                          \
		title, function, enter, NULL, NULL \
	}

/* The files have names of 99 bytes, so that the directories are larger than libisofs' buffer, whose size is for short
 * names. */
#define LONG_NAMES 6000

static void make_large_head(void)
{
	char path[256];
	unsigned i;

	assert_int_equal(mkdir("t", 0755), 0);
	for (i = 0; i < LONG_NAMES; i++) {
		snprintf(path, sizeof(path), "t/%05u%094u", i, 0);
		file_write(path, path, 3);
	}
}

static void test_large_head(void **state)
{
	struct iso_options o = image_options();
	struct iso_layout l;
	struct fault f;
	struct tree t;

	(void)state;
	o.joliet = true;
	make_large_head();
	open_tree(&t, "t");
	assert_int_equal(iso_layout_begin(&l, &t, &o, &f), 0);
	assert_true(l.head_size > (256 + LONG_NAMES / 8) * ISO_SECTOR);
	iso_layout_clear(&l);
	assert_int_equal(iso_layout_begin(&l, &t, &o, &f), 0);
	assert_int_equal(iso_layout_end(&l, &f), 0);
	assert_int_equal(l.head_len, l.head_size);
	iso_layout_clear(&l);
	tree_clear(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER("write: the same tree and time give the same bytes", test_repeatable),
		IN_FOLDER("write: a buffer of any size gives the same bytes", test_any_buffer),
		IN_FOLDER("write: the image is as long as its descriptor says", test_length),
		IN_FOLDER(
			"write: the size is a multiple of 4096, or of what is asked, by zeros at the end",
			test_multiple),
		IN_FOLDER("write: an empty tree is an image", test_empty_tree),
		IN_FOLDER(
			"write: contents from memory come first, next to each other, and are not in the head",
			test_bytes_first),
		IN_FOLDER("write: a pipe takes the same bytes", test_pipe),
		IN_FOLDER("write: a full target is an error, and naming it is left to the caller",
			test_full),
		IN_FOLDER("write: a source file that changes is an error", test_changed_source),
		IN_FOLDER("write: writing the descriptors last gives the same bytes",
			test_descriptors_last),
		IN_FOLDER("write: ... and an image that is ended before that has no descriptors",
			test_given_up),
		IN_FOLDER("write: a layout can be cleared before it is finished", test_clear_early),
		IN_FOLDER("write: other programs read names of 255 bytes on the drive",
			test_long_names),
		IN_FOLDER("write: ... and many long names and links in one folder",
			test_many_long_names),
		IN_FOLDER(
			"write: directories that are larger than libisofs' buffer are read while they are generated, or not at all",
			test_large_head),
	};

	if (!realpath("tests/data/nova-tree", nova_tree))
		return 1;
	return cmocka_run_group_tests_name("iso_write", tests, temp_enter, temp_leave);
}
