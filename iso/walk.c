/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks a folder: each file in it is opened and examined once. */
#include "iso/node.h"
#include "iso/leftover.h"
#include "iso/reopen.h"
#include "util/open.h"
#include "util/utf8.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool omitted(const struct walk *w, const struct stat *st)
{
	size_t i;

	for (i = 0; i < w->rules->omits; i++)
		if (st->st_ino == w->rules->omit[i].ino && st->st_dev == w->rules->omit[i].dev) {
			w->tree->omitted_first |= i == 0;
			return true;
		}
	return false;
}

bool walk_name_is_utf8(const char *name)
{
	size_t left = strlen(name), n;

	for (; left > 0; left -= n, name += n) {
		n = utf8_length((const uint8_t *)name, left);
		if (n == 0)
			return false;
	}
	return true;
}

const char *walk_kind(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFIFO:
		return "is a FIFO: only files, folders and symbolic links go on a drive";
	case S_IFSOCK:
		return "is a socket: only files, folders and symbolic links go on a drive";
	default:
		return "is a device: only files, folders and symbolic links go on a drive";
	}
}

int walk_leave(struct walk *w, const struct tree_node *node, int err, const char *what)
{
	struct tree *t = w->tree;
	struct fault why;
	char *text;

	if (!w->rules->lenient)
		return node_fault(t, node, w->fault, err, what);
	node_fault(t, node, &why, err, what);
	/* The order in which a folder lists its files does not matter. */
	if (t->left_out++ > 0 && strcmp(t->left_out_first, why.text) < 0)
		return 1;
	text = strdup(why.text); /* analyzer: tree_clear frees it */
	if (!text)
		return -ENOMEM;
	free(t->left_out_first);
	t->left_out_first = text;
	return 1;
}

static int walk_link(struct walk *w, struct tree_node *node, int at, const char *name)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(at, name, target, sizeof(target) - 1);

	if (n < 0)
		return node_fault(w->tree, node, w->fault, -errno, strerror(errno));
	target[n] = '\0';
	node->kind = TREE_LINK;
	node->target = strdup(target);
	return node->target ? 0 : -ENOMEM;
}

static int open_followed(struct walk *w, struct tree_node *node, int at, const char *name)
{
	const int fd = open_kind(at, name, O_RDONLY, OPEN_FILE | OPEN_FOLDER, &node->st);

	if (fd == -EMEDIUMTYPE)
		return node_fault(w->tree, node, w->fault, -EINVAL, walk_kind(node->st.st_mode));
	return fd < 0 ? node_fault(w->tree, node, w->fault, fd, open_text(fd)) : fd;
}

/* Opens the file first, and calls fstat(2) on the descriptor, so that the file examined is the file that is held open.
 * The name belonged to a file or folder a moment ago. By now it may belong to a FIFO, so the open must not block. The name
 * can belong to a device only if root replaced the file. A symbolic link could lead to a device, so open_followed() checks
 * the file before opening it. */
static int walk_open(struct walk *w, struct tree_node *node, int at, const char *name)
{
	int fd, r;

	if (w->rules->follow)
		return open_followed(w, node, at, name);
	fd = open_nonblocking(at, name, O_RDONLY | O_NOFOLLOW);
	if (fd < 0)
		return node_fault(w->tree, node, w->fault, fd,
			fd == -ELOOP ? "became a symbolic link" : open_text(fd));
	if (fstat(fd, &node->st) < 0) {
		r = node_fault(w->tree, node, w->fault, -errno, strerror(errno));
		close(fd);
		return r;
	}
	return fd;
}

/* Is @node a folder that contains itself? If links are followed, a link may lead back to a folder above it. */
static bool is_loop(const struct walk *w, const struct tree_node *node)
{
	const struct tree_node *above = w->rules->follow ? node->parent : NULL;

	for (; above; above = above->parent)
		if (above->st.st_ino == node->st.st_ino && above->st.st_dev == node->st.st_dev)
			return true;
	return false;
}

int walk_count_folder(struct walk *w, const struct tree_node *node)
{
	if (++w->tree->folders < TREE_FOLDERS_MAX)
		return 0;
	return node_fault(w->tree, node, w->fault, -EMLINK,
		"too many folders: the path table of ISO 9660 can hold 65535");
}

static int walk_deeper(struct walk *w, struct tree_node *node, int fd, unsigned depth)
{
	int r;

	if (is_loop(w, node))
		r = walk_leave(w, node, -ELOOP, "a link that leads back to a folder above it");
	else if (depth >= TREE_DEPTH_MAX)
		r = node_fault(w->tree, node, w->fault, -ELOOP, "too many levels of folders");
	else
		r = walk_count_folder(w, node);
	if (r == 0)
		return walk_dir(w, node, fd, depth + 1);
	close(fd);
	return r;
}

/* Does a file of size 0 have content? Files of /proc do: the kernel generates their content when they are read. */
static bool has_content(int fd)
{
	char byte;

	return pread(fd, &byte, 1, 0) > 0;
}

int walk_file(struct walk *w, struct tree_node *node, int fd)
{
	node->fd = fd;
	node->kind = TREE_FILE;
	node->size = (uint64_t)node->st.st_size;
	if (node->size == 0 && has_content(fd))
		return node_fault(w->tree, node, w->fault, -EINVAL,
			"has content although its size is 0: copy it to a disk first");
	reopen_note(w->tree, node);
	return 0;
}

static int walk_held(struct walk *w, struct tree_node *node, int fd)
{
	node->fd = fd;
	if (!S_ISREG(node->st.st_mode))
		return node_fault(w->tree, node, w->fault, -EINVAL, walk_kind(node->st.st_mode));
	return omitted(w, &node->st) ? 1 : walk_file(w, node, fd);
}

int walk_node(struct walk *w, struct tree_node *node, int at, const char *name, unsigned char type,
	unsigned depth)
{
	int fd;

	if (!walk_name_is_utf8(node->name))
		return node_fault(w->tree, node, w->fault, -EILSEQ, "the name is not UTF-8");
	if (type != DT_REG && type != DT_DIR) {
		if (fstatat(at, name, &node->st, w->rules->follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0)
			return w->rules->follow && (errno == ENOENT || errno == ELOOP) ?
				walk_leave(w, node, -errno, strerror(errno)) :
				node_fault(w->tree, node, w->fault, -errno, strerror(errno));
		/* The output may be of any type, such as a FIFO. So it is left out before an open, which could
		 * block. */
		if (omitted(w, &node->st))
			return 1;
		if (S_ISLNK(node->st.st_mode))
			return walk_link(w, node, at, name);
		if (!S_ISREG(node->st.st_mode) && !S_ISDIR(node->st.st_mode))
			return walk_leave(w, node, -EINVAL, walk_kind(node->st.st_mode));
	}
	fd = walk_open(w, node, at, name);
	if (fd < 0)
		return fd;
	if (S_ISDIR(node->st.st_mode))
		return walk_deeper(w, node, fd, depth);
	return walk_held(w, node, fd);
}

/* Returns: 1 if @name is one of our temporary files, which are left out. If another run made the file, its path is
 * added to the tree's list of leftovers. */
static int leave_out(struct walk *w, const struct tree_node *node, int at, const char *name)
{
	struct tree *t = w->tree;
	char path[PATH_MAX], **more;
	struct stat st;

	if (!leftover_name(name) || fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		!S_ISREG(st.st_mode))
		return 0;
	if (omitted(w, &st))
		return 1;
	more = reallocarray(t->leftover, t->leftovers + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	t->leftover = more;
	more[t->leftovers] = strdup(tree_name(t, node, path)); /* analyzer: tree_clear frees it */
	if (!more[t->leftovers])
		return -ENOMEM;
	t->leftovers++;
	return 1;
}

static bool is_backup(const char *name)
{
	const size_t len = strlen(name);

	return strchr(name, '~') || strchr(name, '#') ||
		(len >= 4 && strcmp(name + len - 4, ".bak") == 0);
}

static bool excluded(const struct walk *w, const struct tree_node *node)
{
	char buffer[PATH_MAX];
	const char *path = w->rules->excludes > 0 ? tree_name(w->tree, node, buffer) : NULL;
	size_t i;

	for (i = 0; i < w->rules->excludes; i++)
		if (fnmatch(w->rules->exclude[i], node->name, FNM_PATHNAME) == 0 ||
			fnmatch(w->rules->exclude[i], path, FNM_PATHNAME) == 0)
			return true;
	return w->rules->no_backups && is_backup(node->name);
}

static int walk_entry(
	struct walk *w, struct tree_node *dir, const struct dirent *e, int at, unsigned depth)
{
	struct tree_node *node = node_new(dir, e->d_name);
	int r;

	if (!node)
		return -ENOMEM;
	r = excluded(w, node) ? 1 : leave_out(w, node, at, e->d_name);
	if (r == 0 && ++w->tree->nodes > TREE_NODES_MAX)
		r = node_fault(w->tree, node, w->fault, -EMLINK,
			"too many files and folders: an image can hold 1048576");
	if (r == 0)
		r = walk_node(w, node, at, e->d_name, e->d_type, depth);
	if (r == 0) {
		r = node_append(dir, node);
		if (r == 0)
			return 0;
	}
	node_free(node);
	return r < 0 ? r : 0;
}

int walk_dir(struct walk *w, struct tree_node *dir, int fd, unsigned depth)
{
	DIR *stream = fdopendir(fd);
	struct dirent *e;
	int r = 0;

	dir->kind = TREE_DIR;
	if (!stream) {
		r = -errno;
		close(fd);
		return node_fault(w->tree, dir, w->fault, r, strerror(-r));
	}
	/* cppcheck-suppress readdirCalled ; each stream has one reader, and readdir_r is deprecated */
	while (r == 0 && (errno = 0, e = readdir(stream))) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			r = walk_entry(w, dir, e, fd, depth);
	}
	if (r == 0 && errno != 0)
		r = node_fault(w->tree, dir, w->fault, -errno, strerror(errno));
	closedir(stream);
	node_sort(dir);
	return r;
}

int tree_open(struct tree *t, const char *path, const struct tree_omit *omit, size_t omits,
	struct fault *f)
{
	const struct tree_rules rules = { .omit = omit, .omits = omits };
	struct walk w = { t, &rules, f };
	int fd;

	*t = (struct tree){ 0 };
	t->root = node_new(NULL, "");
	if (!t->root)
		return fault_errno(f, -ENOMEM, path ? path : "tree");
	t->root->kind = TREE_DIR;
	t->root->st.st_mode = S_IFDIR | 0755;
	reopen_begin(t);
	if (!path)
		return 0;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fault_errno(f, -errno, path);
	if (fstat(fd, &t->root->st) < 0) {
		const int err = -errno;

		close(fd);
		return fault_errno(f, err, path);
	}
	fault_errno(f, -ENOMEM, path);
	t->root->source = strdup(path); /* analyzer: owned by the tree; tree_clear frees it */
	if (!t->root->source) {
		close(fd);
		return -ENOMEM;
	}
	return walk_dir(&w, t->root, fd, 1);
}
