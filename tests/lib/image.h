/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_IMAGE_H
#define TESTS_IMAGE_H

/* Images for the tests of iso/: made by the project's own writer, and compared with their tree. */
#include "tests/lib/unit.h"

#include "iso/read.h"
#include "iso/tree.h"
#include "iso/write.h"
#include "util/io.h"

#include <errno.h>

static inline int image_read_at(void *ctx, uint64_t off, void *buf, size_t len)
{
	const int *fd = ctx;

	return io_pread(*fd, buf, len, off);
}

static inline struct iso_options image_options(void)
{
	return (struct iso_options){ .label = "config-2",
		.publisher = "Test",
		.names = { .level = 3, .lowercase = true },
		.rock_ridge = true,
		.joliet = true,
		.fixed_time = true,
		.time = 1795435200 };
}

/* Writes the tree into the file @path through a buffer of @sectors sectors. */
static inline int image_write(const struct tree *t, const struct iso_options *o, const char *path,
	size_t sectors, struct fault *f)
{
	struct iso_layout l;
	uint8_t *buf = malloc(sectors * ISO_SECTOR);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int r = iso_layout_begin(&l, t, o, f);

	assert_non_null(buf);
	assert_true(fd >= 0);
	if (r == 0)
		r = iso_layout_end(&l, f);
	if (r == 0)
		r = iso_layout_write(&l, t, fd, buf, sectors * ISO_SECTOR, NULL, NULL, f);
	iso_layout_clear(&l);
	close(fd);
	free(buf);
	return r;
}

static inline void image_compare_file(const struct iso_volume *vol, const struct iso_entry *e,
	const struct tree *t, const struct tree_node *node, const char *path)
{
	uint8_t *have = malloc(node->size + 1), *want = malloc(node->size + 1);

	assert_non_null(have);
	assert_non_null(want);
	if (e->is_dir || e->len != node->size)
		fail_msg("%s: another length", path);
	assert_int_equal(iso_read(vol, e, 0, have, node->size), 0);
	if (node->bytes)
		memcpy(want, node->bytes, node->size);
	else
		assert_int_equal(tree_read(t, node, want, NULL), 0);
	if (memcmp(have, want, node->size) != 0)
		fail_msg("%s: another content", path);
	free(have);
	free(want);
}

/* Checks that each node is found by its path, and that the volume has as many entries as the tree has nodes. */
static inline void image_compare(const struct iso_volume *vol, const struct tree *t,
	const struct tree_node *dir, const char *path)
{
	struct iso_entry e;
	struct iso_dir d;
	size_t i, entries = 0;
	int r;

	assert_int_equal(iso_find(vol, path, &e), 0);
	assert_true(e.is_dir);
	assert_int_equal(iso_dir_open(&d, vol, &e), 0);
	while ((r = iso_dir_next(&d, &e)) > 0)
		entries++;
	assert_int_equal(r, 0);
	assert_int_equal(entries, dir->children);
	for (i = 0; i < dir->children; i++) {
		const struct tree_node *node = dir->child[i];
		char *below = malloc(strlen(path) + strlen(node->name) + 2);

		assert_non_null(below);
		sprintf(below, "%s%s%s", path, *path ? "/" : "", node->name);
		if (iso_find(vol, below, &e) != 0)
			fail_msg("%s: not found", below);
		assert_string_equal(e.name, node->name);
		if (node->kind == TREE_DIR)
			image_compare(vol, t, node, below);
		else if (node->kind == TREE_FILE)
			image_compare_file(vol, &e, t, node, below);
		else
			assert_true(!e.is_dir && e.len == 0);
		free(below);
	}
}

static inline void image_compare_all(const char *path, const struct tree *t)
{
	struct iso_volume vol;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(iso_volume_open(&vol, (struct iso_input){ image_read_at, &fd }), 0);
	image_compare(&vol, t, t->root, "");
	close(fd);
}

#endif
