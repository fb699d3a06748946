/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds one tree from several files and folders, each of which the user named. */
#include "iso/node.h"
#include "iso/reopen.h"
#include "util/open.h"
#include "util/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int tree_add_file(struct tree *t, const char *name, const char *path, struct fault *f)
{
	struct tree_node *node = node_new(t->root, name);
	struct walk w = { t, NULL, f };
	int r = -ENOMEM;

	if (!node)
		return fault_errno(f, r, path);
	fault_errno(f, r, path);
	node->source = strdup(path); /* analyzer: owned by the node; node_free() frees it */
	/* The user typed exactly this path, so a symbolic link is followed here, and nowhere else. */
	if (node->source)
		r = open_kind(AT_FDCWD, path, O_RDONLY, OPEN_FILE, &node->st);
	if (r == -EMEDIUMTYPE && S_ISDIR(node->st.st_mode))
		r = fault_errno(f, -EISDIR, path);
	else if (r == -EMEDIUMTYPE)
		r = fault_set(f, -EINVAL, "%s: %s", path, walk_kind(node->st.st_mode));
	else if (r < 0)
		r = fault_set(f, r, "%s: %s", path, open_text(r));
	else
		r = walk_file(&w, node, r);
	if (r == 0)
		r = node_insert(t->root, node);
	if (r < 0)
		node_free(node);
	return r;
}

/* --- where it goes --- */

struct graft {
	struct tree *tree;
	const struct tree_rules *rules;
	const char *path; /* what is added, as the user typed it */
	struct stat st;   /* the state of @path */
	struct fault *fault;
};

static int taken(const struct graft *g, const struct tree_node *old)
{
	char path[PATH_MAX];

	return fault_set(g->fault, -EEXIST, "%s: %s has that name already", g->path,
		tree_name(g->tree, old, path));
}

/* Sets the attributes of a folder that exists only in the image. */
static void set_new_folder(const struct graft *g, struct tree_node *node)
{
	struct stat *st = &node->st;

	node->made = true;
	st->st_mode = S_IFDIR | (g->rules->new_folders ? g->rules->new_folder_mode : 0555);
	st->st_uid = getuid();
	st->st_gid = getgid();
}

static unsigned level_of(const struct tree_node *node)
{
	unsigned level = 0;

	while ((node = node->parent))
		level++;
	return level;
}

/* Makes a folder that exists only in the image. As with genisoimage, it belongs to the calling user and is readable by
 * all. It takes the time stamps of the file that is added, so that the same tree always gives the same image. */
static int make_folder(const struct graft *g, struct tree_node *dir, const char *name, size_t len,
	struct tree_node **ret)
{
	struct walk w = { g->tree, g->rules, g->fault };
	char copy[NAME_MAX + 1];
	struct tree_node *node;

	if (len > NAME_MAX)
		return fault_set(g->fault, -ENAMETOOLONG, "%.*s: the name is too long",
			(int)(len < PATH_MAX ? len : PATH_MAX), name);
	memcpy(copy, name, len);
	copy[len] = '\0';
	if (!walk_name_is_utf8(copy))
		return fault_set(g->fault, -EILSEQ, "%s: the name is not UTF-8", copy);
	node = node_new(dir, copy);
	if (!node || node_insert(dir, node) < 0) {
		node_free(node);
		return fault_errno(g->fault, -ENOMEM, g->path);
	}
	node->kind = TREE_DIR;
	if (level_of(node) >= TREE_DEPTH_MAX)
		return node_fault(g->tree, node, g->fault, -ELOOP, "too many levels of folders");
	if (walk_count_folder(&w, node) < 0)
		return -EMLINK;
	set_new_folder(g, node);
	node->st.st_atim = g->st.st_atim;
	node->st.st_mtim = g->st.st_mtim;
	node->st.st_ctim = g->st.st_ctim;
	*ret = node;
	return 0;
}

static int enter(const struct graft *g, struct tree_node **dir, const char *name, size_t len)
{
	struct tree_node *node;

	if (len == 1 && name[0] == '.')
		return 0;
	if (len == 2 && name[0] == '.' && name[1] == '.') {
		if (!(*dir)->parent)
			return fault_set(g->fault, -EINVAL,
				"%s: its path in the image leads above the root", g->path);
		*dir = (*dir)->parent;
		return 0;
	}
	node = node_child(*dir, name, len);
	if (node && node->kind != TREE_DIR)
		return taken(g, node);
	if (node) {
		*dir = node;
		return 0;
	}
	return make_folder(g, *dir, name, len, dir);
}

/* Finds the folder whose path is the first @len bytes of @at. Folders that are missing are created. */
static int find_folder(const struct graft *g, const char *at, size_t len, struct tree_node **ret)
{
	const char *end = at + len;
	struct tree_node *dir = g->tree->root;
	int r = 0;

	while (at < end && r == 0) {
		const size_t n = strcspn(at, "/");
		const size_t piece = n < (size_t)(end - at) ? n : (size_t)(end - at);

		if (piece > 0)
			r = enter(g, &dir, at, piece);
		at += piece + 1;
	}
	*ret = dir;
	return r;
}

/* --- a folder --- */

static int merge(const struct graft *g, struct tree_node *dir, struct tree_node *found);

/* Stores @node's path on disk in the node. This is needed because @node moves to a folder that has another path on
 * disk. */
static int keep_name(const struct graft *g, struct tree_node *node)
{
	char path[PATH_MAX];

	if (node->source)
		return 0;
	node->source = strdup(tree_name(g->tree, node, path)); /* analyzer: tree_clear frees it */
	return node->source ? 0 : -ENOMEM;
}

/* Prepares the node @found to move into @dir. If both have a folder of this name, the content is merged, and @found is
 * freed and becomes NULL. */
static int meet(const struct graft *g, struct tree_node *dir, struct tree_node **found)
{
	struct tree_node *node = *found, *old = node_child(dir, node->name, strlen(node->name));
	struct graft from = *g;
	char path[PATH_MAX];
	int r;

	if (!old)
		return keep_name(g, node);
	if (old->kind != TREE_DIR || node->kind != TREE_DIR) {
		from.path = tree_name(g->tree, node, path);
		return taken(&from, old);
	}
	r = merge(g, old, node);
	if (r == 0) {
		node_free(node);
		*found = NULL;
		g->tree->folders--;
	}
	return r;
}

/* Moves all children of @found into @dir. They are added only when all have been looked up, so that @dir is sorted until
 * then, and once more at the end. */
static int merge(const struct graft *g, struct tree_node *dir, struct tree_node *found)
{
	size_t i;
	int r = 0;

	for (i = 0; i < found->children && r == 0; i++)
		r = meet(g, dir, &found->child[i]);
	for (i = 0; i < found->children && r == 0; i++) {
		struct tree_node *node = found->child[i];

		if (node && (r = node_append(dir, node)) == 0) {
			node->parent = dir;
			found->child[i] = NULL;
		}
	}
	node_sort(dir);
	return r;
}

/* Puts the content of @found into @dir. If @dir existed only in the image so far, it takes the attributes of @found. If
 * @dir was empty so far, it also takes the path of @found, for messages. */
static int settle(const struct graft *g, struct tree_node *dir, struct tree_node *found)
{
	size_t i;

	if (dir->st.st_nlink == 0) {
		dir->st = found->st;
		dir->made = false;
	}
	if (dir->children > 0 || dir->source)
		return merge(g, dir, found);
	dir->source = found->source;
	free(dir->child); /* if all children were dropped, the array is still there */
	dir->child = found->child;
	dir->children = found->children;
	found->source = NULL;
	found->child = NULL;
	found->children = 0;
	for (i = 0; i < dir->children; i++)
		dir->child[i]->parent = dir;
	return 0;
}

static int graft_folder(const struct graft *g, struct tree_node *dir)
{
	struct walk w = { g->tree, g->rules, g->fault };
	struct tree_node *found = node_new(dir->parent, dir->name);
	int fd = open(g->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = -ENOMEM;

	if (fd < 0 || !found) {
		r = fault_errno(g->fault, fd < 0 ? -errno : -ENOMEM, g->path);
		goto out;
	}
	fault_errno(g->fault, -ENOMEM, g->path);
	found->source = strdup(g->path);
	if (!found->source)
		goto out;
	if (fstat(fd, &found->st) < 0) {
		r = fault_errno(g->fault, -errno, g->path);
		goto out;
	}
	r = walk_dir(&w, found, fd, level_of(found) + 1);
	fd = -1;
	if (r == 0)
		r = settle(g, dir, found);
out:
	if (fd >= 0)
		close(fd);
	node_free(found);
	return r;
}

/* --- anything else --- */

static int graft_file(const struct graft *g, struct tree_node *dir, const char *name)
{
	struct walk w = { g->tree, g->rules, g->fault };
	struct tree_node *node, *old = node_child(dir, name, strlen(name));
	int r;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || !*name)
		return fault_set(g->fault, -EINVAL, "%s: the name in the image cannot be '%s'",
			g->path, name);
	node = node_new(dir, name);
	if (!node)
		return fault_errno(g->fault, -ENOMEM, g->path);
	fault_errno(g->fault, -ENOMEM, g->path);
	node->source = strdup(g->path);
	r = node->source ? walk_node(&w, node, AT_FDCWD, g->path, DT_UNKNOWN, level_of(node)) :
			   -ENOMEM;
	if (r == 0 && old)
		r = taken(g, old);
	if (r == 0)
		r = node_insert(dir, node);
	if (r != 0)
		node_free(node);
	return r < 0 ? r : 0;
}

int tree_graft(struct tree *t, const char *at, const char *path, const struct tree_rules *rules,
	struct fault *f)
{
	struct graft g = { t, rules, path, { 0 }, f };
	const char *name = at && *path_last(at) ? path_last(at) : path_last(path);
	struct tree_node *dir = NULL;
	bool is_dir;
	int r;

	reopen_begin(t);
	if (fstatat(AT_FDCWD, path, &g.st, rules->follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0)
		return fault_errno(f, -errno, path);
	is_dir = S_ISDIR(g.st.st_mode);
	r = find_folder(&g, at ? at : "",
		!at            ? 0 :
			is_dir ? strlen(at) :
				 (size_t)(path_last(at) - at),
		&dir);
	if (r < 0)
		return r;
	/* The root has no folder on disk yet. If a folder is grafted to it, the folder's attributes replace these. */
	if (t->root->st.st_nlink == 0) {
		set_new_folder(&g, t->root);
		t->root->st.st_mtim = t->root->st.st_ctim = t->root->st.st_atim = g.st.st_mtim;
	}
	return is_dir ? graft_folder(&g, dir) : graft_file(&g, dir, name);
}
