/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is names that others have chosen, each ended by a zero; its first byte says what they are. `w`: names in a
 * folder that is walked. `g`: places in the image at which a file or a folder is put. `b`: the list of `build --batch`.
 * Names that are not UTF-8 must be refused, each folder must be sorted and have no name twice, each node must be found
 * by its path, and the list's rows must be its lines.
 *
 * FUZZ_WITH: iso/graft.c iso/tree.c iso/walk.c iso/reopen.c iso/leftover.c iso/lost.c cli/batch.c cli/progress.c cli/report.c cli/print.c util/open.c util/utf8.c util/show.c util/io.c util/fault.c util/hex.c
 */
#include "cli/batch.h"
#include "iso/lost.h"
#include "iso/node.h"
#include "util/utf8.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NAMES_MAX 24

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[64], one_file[80], one_folder[80], walked[80];

static void remove_all(void)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/in", one_folder);
	unlink(path);
	unlink(one_file);
	rmdir(one_folder);
	rmdir(walked);
	rmdir(folder);
}

/* Makes what is put into trees: a file, a folder that contains a folder, and a folder for the names of an input. */
static void make_folders(void)
{
	char path[96];

	snprintf(folder, sizeof(folder), "%s/fuzz-tree-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert(mkdtemp(folder));
	snprintf(one_file, sizeof(one_file), "%s/file", folder);
	snprintf(one_folder, sizeof(one_folder), "%s/folder", folder);
	snprintf(walked, sizeof(walked), "%s/walked", folder);
	snprintf(path, sizeof(path), "%s/in", one_folder);
	assert(mkdir(one_folder, 0755) == 0 && mkdir(walked, 0755) == 0);
	close(open(one_file, O_CREAT | O_WRONLY, 0644));
	close(open(path, O_CREAT | O_WRONLY, 0644));
	atexit(remove_all);
}

static bool is_utf8(const char *name)
{
	size_t left = strlen(name), n;

	for (; left > 0; left -= n, name += n)
		if ((n = utf8_length((const uint8_t *)name, left)) == 0)
			return false;
	return true;
}

/* --- a tree --- */

static size_t check_below(const struct tree *t, const struct tree_node *dir)
{
	char path[PATH_MAX];
	size_t i, count = 0;

	for (i = 0; i < dir->children; i++) {
		const struct tree_node *node = dir->child[i];

		assert(node->parent == dir && *node->name && !strchr(node->name, '/'));
		assert(strcmp(node->name, ".") != 0 && strcmp(node->name, "..") != 0 &&
			is_utf8(node->name));
		assert(i == 0 || strcmp(dir->child[i - 1]->name, node->name) < 0);
		assert(node_child(dir, node->name, strlen(node->name)) == node);
		assert(strlen(tree_name(t, node, path)) < PATH_MAX);
		count += 1 + (node->kind == TREE_DIR ? check_below(t, node) : 0);
	}
	return count;
}

static void check_tree(struct tree *t)
{
	const struct lost_joliet limits = { 64, false };
	const size_t nodes = check_below(t, t->root);
	struct fault f;
	size_t links;

	assert(lost_beyond_ascii(t).count <= nodes && lost_in_joliet(t, &limits).count <= nodes);
	assert(lost_too_large(t, 0).count <= nodes && tree_check(t, &f) == 0);
	links = lost_links(t).count;
	assert(tree_drop_links(t) >= links && lost_links(t).count == 0);
}

/* --- names in a folder --- */

static bool make_one(const char *name)
{
	char path[PATH_MAX];
	const size_t len = strlen(name);
	int fd;

	if (len == 0 || len > 120 || strchr(name, '/') || strcmp(name, ".") == 0 ||
		strcmp(name, "..") == 0)
		return false;
	snprintf(path, sizeof(path), "%s/%s", walked, name);
	if (len % 5 == 4)
		return symlink(name + len / 2, path) == 0;
	if (len % 5 == 3)
		return mkdir(path, 0755) == 0;
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0644);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void take_away(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", walked, name);
	if (unlink(path) < 0)
		rmdir(path);
}

static void walk_names(char *const *name, size_t names)
{
	size_t i, made = 0, bad = 0;
	struct tree t;
	struct fault f;
	int r;

	char *done[NAMES_MAX];

	for (i = 0; i < names; i++)
		if (make_one(name[i])) {
			done[made++] = name[i];
			bad += !is_utf8(name[i]);
		}
	r = tree_open(&t, walked, NULL, 0, &f);
	if (bad > 0) {
		assert(r == -EILSEQ);
	} else {
		assert(r == 0 && check_below(&t, t.root) + t.leftovers == made);
		check_tree(&t);
	}
	tree_clear(&t);
	for (i = 0; i < made; i++)
		take_away(done[i]);
}

/* --- places in an image --- */

static void graft_names(char *const *name, size_t names)
{
	const char *const exclude[] = { names > 0 ? name[0] : "x" };
	const struct tree_rules rules = {
		.exclude = exclude, .excludes = 1, .no_backups = names % 2 == 0
	};
	struct tree t;
	struct fault f;
	size_t i;
	int r = tree_open(&t, NULL, NULL, 0, &f);

	assert(r == 0);
	for (i = 0; i < names && r == 0; i++)
		r = tree_graft(
			&t, *name[i] ? name[i] : NULL, i % 3 ? one_file : one_folder, &rules, &f);
	assert(r == 0 ||
		(f.text[0] &&
			(r == -EEXIST || r == -EINVAL || r == -EILSEQ || r == -ENAMETOOLONG ||
				r == -EMLINK)));
	if (r == 0)
		check_tree(&t);
	(void)tree_find(&t, names > 0 ? name[names - 1] : "");
	tree_clear(&t);
}

/* --- the list of a batch --- */

static void check_rows(const struct batch *b, const char *text, size_t size)
{
	size_t i, lines = 1;

	for (i = 0; i < size; i++)
		lines += text[i] == '\n';
	assert(b->rows <= lines);
	for (i = 0; i < b->rows; i++) {
		assert(*b->row[i].out && *b->row[i].dir && *b->row[i].out != '#');
		assert(!strpbrk(b->row[i].out, "\t\n") && !strpbrk(b->row[i].dir, "\t\n"));
		assert(b->row[i].line <= lines && (i == 0 || b->row[i].line > b->row[i - 1].line));
	}
}

static void read_list(const char *text, size_t size)
{
	const int fd = memfd_create("list", MFD_CLOEXEC);
	struct batch b;
	struct fault f = { 0 };
	char path[32];
	int r;

	assert(fd >= 0 && (size == 0 || write(fd, text, size) == (ssize_t)size));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = batch_read(&b, path, &f);
	assert(r == 0 || (r == -EINVAL && strncmp(f.text, path, strlen(path)) == 0));
	assert(r < 0 || !memchr(text, '\0', size));
	if (r == 0)
		check_rows(&b, text, size);
	batch_clear(&b);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text, *name[NAMES_MAX], *at;
	size_t names = 0;

	if (!*folder)
		make_folders();
	if (size < 2)
		return 0;
	text = malloc(size);
	assert(text);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	for (at = text; at < text + size - 1 && names < NAMES_MAX; at += strlen(at) + 1)
		name[names++] = at;
	if (data[0] == 'w')
		walk_names(name, names);
	else if (data[0] == 'g')
		graft_names(name, names);
	else
		read_list(text, size - 1);
	free(text);
	return 0;
}
