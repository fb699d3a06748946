/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/node.h"
#include "iso/reopen.h"
#include "util/io.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *tree_name(const struct tree *t, const struct tree_node *node, char out[PATH_MAX])
{
	const char *source;
	size_t at = PATH_MAX - 1, n;

	(void)t;
	out[at] = '\0';
	for (; node && node->parent && !node->source; node = node->parent) {
		n = strlen(node->name);
		if (n + 1 > at)
			break;
		at -= n;
		memcpy(out + at, node->name, n);
		out[--at] = '/';
	}
	source = node && node->source ? node->source : "";
	n = strlen(source);
	while (n > 1 && source[n - 1] == '/')
		n--;
	if (n == 0 && out[at] == '/')
		at++;
	if (n > 0 && n <= at) {
		at -= n;
		memcpy(out + at, source, n);
	}
	return out + at;
}

int node_fault(const struct tree *t, const struct tree_node *node, struct fault *f, int err,
	const char *what)
{
	char path[PATH_MAX];

	return fault_set(f, err, "%s: %s", tree_name(t, node, path), what);
}

struct tree_node *node_new(struct tree_node *parent, const char *name)
{
	const size_t len = strlen(name) + 1;
	struct tree_node *node = calloc(1, sizeof(*node) + len);

	if (!node)
		return NULL;
	node->parent = parent;
	node->fd = -1;
	memcpy(node->name, name, len);
	return node;
}

void node_free(struct tree_node *node)
{
	size_t i;

	if (!node)
		return;
	for (i = 0; i < node->children; i++)
		node_free(node->child[i]);
	if (node->fd >= 0)
		close(node->fd);
	free(node->child);
	free(node->target);
	free(node->source);
	free(node);
}

static int by_name(const void *a, const void *b)
{
	const struct tree_node *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

int node_append(struct tree_node *dir, struct tree_node *node)
{
	/* The array is full each time the count is a power of two: double it then. */
	if ((dir->children & (dir->children - 1)) == 0) {
		size_t room = dir->children ? 2 * dir->children : 1;
		struct tree_node **child = realloc(dir->child, room * sizeof(*child));

		if (!child)
			return -ENOMEM;
		dir->child = child;
	}
	dir->child[dir->children++] = node;
	return 0;
}

void node_sort(struct tree_node *dir)
{
	if (dir->children > 1)
		qsort(dir->child, dir->children, sizeof(*dir->child), by_name);
}

/* Finds the place of a name in the sorted children. Returns: the index of the child that has this name, or before which
 * a child with this name belongs. */
static size_t find_place(const struct tree_node *dir, const char *name, size_t len, bool *ret_taken)
{
	size_t low = 0, high = dir->children;

	*ret_taken = false;
	while (low < high && !*ret_taken) {
		const size_t mid = low + (high - low) / 2;
		const char *other = dir->child[mid]->name;
		const int order = strncmp(other, name, len);

		*ret_taken = order == 0 && !other[len];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return high;
}

int node_insert(struct tree_node *dir, struct tree_node *node)
{
	bool taken;
	const size_t at = find_place(dir, node->name, strlen(node->name), &taken);
	const int r = node_append(dir, node);

	if (r == 0) {
		memmove(dir->child + at + 1, dir->child + at,
			(dir->children - 1 - at) * sizeof(*dir->child));
		dir->child[at] = node;
	}
	return r;
}

struct tree_node *node_child(const struct tree_node *dir, const char *name, size_t len)
{
	bool taken;
	const size_t at = find_place(dir, name, len, &taken);

	return taken ? dir->child[at] : NULL;
}

int tree_add_bytes(struct tree *t, const char *name, const void *bytes, size_t size, mode_t mode,
	time_t mtime, struct fault *f)
{
	struct tree_node *node = node_new(t->root, name);

	if (!node || node_insert(t->root, node) < 0) {
		node_free(node);
		return fault_errno(f, -ENOMEM, name);
	}
	node->kind = TREE_FILE;
	node->bytes = bytes;
	node->size = size;
	node->first = true;
	node->st.st_mode = S_IFREG | mode;
	node->st.st_mtime = node->st.st_ctime = node->st.st_atime = mtime;
	return 0;
}

struct tree_node *tree_find(const struct tree *t, const char *path)
{
	struct tree_node *node = t->root;

	while (node && *path) {
		const size_t len = strcspn(path, "/");

		node = node_child(node, path, len);
		path += len;
		path += strspn(path, "/");
	}
	return node;
}

static size_t drop_links(struct tree_node *dir)
{
	size_t i, kept = 0, dropped = 0;

	for (i = 0; i < dir->children; i++) {
		struct tree_node *node = dir->child[i];

		if (node->kind == TREE_DIR)
			dropped += drop_links(node);
		if (node->kind == TREE_LINK)
			node_free(node);
		else
			dir->child[kept++] = node;
	}
	dropped += dir->children - kept;
	dir->children = kept;
	return dropped;
}

void tree_drop(struct tree_node *node)
{
	struct tree_node *dir = node->parent;
	size_t i = 0;

	while (dir->child[i] != node)
		i++;
	memmove(dir->child + i, dir->child + i + 1, (--dir->children - i) * sizeof(*dir->child));
	node_free(node);
}

size_t tree_drop_links(struct tree *t)
{
	return drop_links(t->root);
}

int tree_read(const struct tree *t, const struct tree_node *node, void *out, struct fault *f)
{
	const int fd = reopen_file(t, node, f);
	int r;

	if (fd < 0)
		return fd;
	r = io_pread(fd, out, (size_t)node->size, 0);
	reopen_close(node, fd);
	if (r == -ENODATA)
		return node_fault(t, node, f, -ESTALE, "shrank while it was read");
	return r < 0 ? node_fault(t, node, f, r, strerror(-r)) : 0;
}

static int check_below(const struct tree *t, const struct tree_node *dir, struct fault *f)
{
	size_t i;
	int r = 0;

	for (i = 0; i < dir->children && r >= 0; i++) {
		const struct tree_node *node = dir->child[i];

		if (node->kind == TREE_DIR)
			r = check_below(t, node, f);
		else
			r = reopen_check(t, node, f);
	}
	return r < 0 ? r : 0;
}

int tree_check(const struct tree *t, struct fault *f)
{
	return check_below(t, t->root, f);
}

void tree_clear(struct tree *t)
{
	if (!t)
		return;
	node_free(t->root);
	t->root = NULL;
	while (t->leftovers > 0)
		free(t->leftover[--t->leftovers]);
	free(t->leftover);
	t->leftover = NULL;
	free(t->left_out_first);
	t->left_out_first = NULL;
}
