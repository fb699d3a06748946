/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/tree.h"
#include "util/io.h"
#include "util/utf8.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* What every step of the walk needs to know. */
struct walk {
	struct tree *tree;
	const struct tree_omit *omit;
	size_t omits;
	struct fault *fault;
};

const char *tree_name(const struct tree *t, const struct tree_node *node, char out[PATH_MAX])
{
	size_t at = PATH_MAX - 1, n;

	out[at] = '\0';
	for (; node && node->parent; node = node->parent) {
		n = strlen(node->name);
		if (n + 1 > at)
			break;
		at -= n;
		memcpy(out + at, node->name, n);
		out[--at] = '/';
	}
	n = t->path ? strlen(t->path) : 0;
	while (n > 1 && t->path[n - 1] == '/')
		n--;
	if (n == 0 && out[at] == '/')
		at++;
	if (n > 0 && n <= at) {
		at -= n;
		memcpy(out + at, t->path, n);
	}
	return out + at;
}

static int node_fault(const struct tree *t, const struct tree_node *node, struct fault *f, int err,
	const char *what)
{
	char path[PATH_MAX];

	return fault_set(f, err, "%s: %s", tree_name(t, node, path), what);
}

static struct tree_node *node_new(struct tree_node *parent, const char *name)
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

static void node_free(struct tree_node *node)
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
	free(node);
}

static int by_name(const void *a, const void *b)
{
	const struct tree_node *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int append(struct tree_node *dir, struct tree_node *node)
{
	/* Doubled at each power of two. */
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

static int insert(struct tree_node *dir, struct tree_node *node)
{
	int r = append(dir, node);

	if (r == 0)
		qsort(dir->child, dir->children, sizeof(*dir->child), by_name);
	return r;
}

static bool omitted(const struct walk *w, const struct stat *st)
{
	size_t i;

	for (i = 0; i < w->omits; i++)
		if (st->st_ino == w->omit[i].ino && st->st_dev == w->omit[i].dev) {
			w->tree->omitted_first |= i == 0;
			return true;
		}
	return false;
}

static bool name_is_utf8(const char *name)
{
	size_t left = strlen(name), n;

	for (; left > 0; left -= n, name += n) {
		n = utf8_length((const uint8_t *)name, left);
		if (n == 0)
			return false;
	}
	return true;
}

static const char *kind_name(mode_t mode)
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

static int walk_dir(struct walk *w, struct tree_node *dir, int fd, unsigned depth);

static int walk_link(struct walk *w, struct tree_node *node, int at)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(at, node->name, target, sizeof(target) - 1);

	if (n < 0)
		return node_fault(w->tree, node, w->fault, -errno, strerror(errno));
	target[n] = '\0';
	node->kind = TREE_LINK;
	node->target = strdup(target);
	return node->target ? 0 : -ENOMEM;
}

/* Open first, ask then: what is asked is what is held. O_NONBLOCK, in case it is a FIFO by now. */
static int walk_open(struct walk *w, struct tree_node *node, int at)
{
	int fd = openat(at, node->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return node_fault(w->tree, node, w->fault, -errno,
			errno == ELOOP ? "became a symbolic link" : strerror(errno));
	if (fstat(fd, &node->st) < 0) {
		close(fd);
		return node_fault(w->tree, node, w->fault, -errno, strerror(errno));
	}
	return fd;
}

static int walk_node(
	struct walk *w, struct tree_node *node, int at, unsigned char type, unsigned depth)
{
	int fd;

	if (!name_is_utf8(node->name))
		return node_fault(w->tree, node, w->fault, -EILSEQ, "the name is not UTF-8");
	if (type != DT_REG && type != DT_DIR) {
		if (fstatat(at, node->name, &node->st, AT_SYMLINK_NOFOLLOW) < 0)
			return node_fault(w->tree, node, w->fault, -errno, strerror(errno));
		if (S_ISLNK(node->st.st_mode))
			return walk_link(w, node, at);
		if (!S_ISREG(node->st.st_mode) && !S_ISDIR(node->st.st_mode))
			return node_fault(
				w->tree, node, w->fault, -EINVAL, kind_name(node->st.st_mode));
	}
	fd = walk_open(w, node, at);
	if (fd < 0)
		return fd;
	if (S_ISDIR(node->st.st_mode)) {
		if (depth < TREE_DEPTH_MAX)
			return walk_dir(w, node, fd, depth + 1);
		close(fd);
		return node_fault(w->tree, node, w->fault, -ELOOP, "too many levels of folders");
	}
	node->fd = fd;
	if (!S_ISREG(node->st.st_mode))
		return node_fault(w->tree, node, w->fault, -EINVAL, kind_name(node->st.st_mode));
	node->kind = TREE_FILE;
	node->size = (uint64_t)node->st.st_size;
	return 0;
}

static int walk_entry(
	struct walk *w, struct tree_node *dir, const struct dirent *e, int at, unsigned depth)
{
	struct tree_node *node = node_new(dir, e->d_name);
	int r;

	if (!node)
		return -ENOMEM;
	r = walk_node(w, node, at, e->d_type, depth);
	if (r == 0 && !omitted(w, &node->st)) {
		r = append(dir, node);
		if (r == 0)
			return 0;
	}
	node_free(node);
	return r;
}

/* Takes @fd over. */
static int walk_dir(struct walk *w, struct tree_node *dir, int fd, unsigned depth)
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
	while (r == 0 && (errno = 0, e = readdir(stream))) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			r = walk_entry(w, dir, e, fd, depth);
	}
	if (r == 0 && errno != 0)
		r = node_fault(w->tree, dir, w->fault, -errno, strerror(errno));
	closedir(stream);
	if (dir->children > 1)
		qsort(dir->child, dir->children, sizeof(*dir->child), by_name);
	return r;
}

/* Every file stays open until the image stands. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int tree_open(struct tree *t, const char *path, const struct tree_omit *omit, size_t omits,
	struct fault *f)
{
	struct walk w = { .tree = t, .omit = omit, .omits = omits, .fault = f };
	int fd;

	*t = (struct tree){ .path = path };
	t->root = node_new(NULL, "");
	if (!t->root)
		return fault_errno(f, -ENOMEM, path ? path : "tree");
	t->root->kind = TREE_DIR;
	t->root->st.st_mode = S_IFDIR | 0755;
	if (!path)
		return 0;
	raise_file_limit();
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fault_errno(f, -errno, path);
	if (fstat(fd, &t->root->st) < 0) {
		close(fd);
		return fault_errno(f, -errno, path);
	}
	fault_set(f, 0, "%s: out of memory", path);
	return walk_dir(&w, t->root, fd, 1);
}

int tree_add_file(struct tree *t, const char *name, const char *path, struct fault *f)
{
	struct tree_node *node = node_new(t->root, name);
	int r;

	if (!node)
		return fault_errno(f, -ENOMEM, path);
	/* Named by the user himself: here, and only here, a symbolic link is followed. */
	node->fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (node->fd < 0 || fstat(node->fd, &node->st) < 0)
		r = fault_errno(f, -errno, path);
	else if (S_ISDIR(node->st.st_mode))
		r = fault_errno(f, -EISDIR, path);
	else if (!S_ISREG(node->st.st_mode))
		r = fault_set(f, -EINVAL, "%s: %s", path, kind_name(node->st.st_mode));
	else
		r = insert(t->root, node);
	if (r < 0) {
		node_free(node);
		return r;
	}
	node->kind = TREE_FILE;
	node->size = (uint64_t)node->st.st_size;
	return 0;
}

int tree_add_bytes(struct tree *t, const char *name, const void *bytes, size_t size, mode_t mode,
	time_t mtime, struct fault *f)
{
	struct tree_node *node = node_new(t->root, name);

	if (!node || insert(t->root, node) < 0) {
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

static struct tree_node *child_named(const struct tree_node *dir, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < dir->children; i++)
		if (strncmp(dir->child[i]->name, name, len) == 0 && !dir->child[i]->name[len])
			return dir->child[i];
	return NULL;
}

struct tree_node *tree_find(const struct tree *t, const char *path)
{
	struct tree_node *node = t->root;

	while (node && *path) {
		const size_t len = strcspn(path, "/");

		node = child_named(node, path, len);
		path += len;
		path += strspn(path, "/");
	}
	return node;
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

int tree_read(const struct tree *t, const struct tree_node *node, void *out, struct fault *f)
{
	int r = io_pread(node->fd, out, (size_t)node->size, 0);

	if (r == -ENODATA)
		return node_fault(t, node, f, -ESTALE, "shrank while it was read");
	return r < 0 ? node_fault(t, node, f, r, strerror(-r)) : 0;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static int check_file(const struct tree *t, const struct tree_node *node, struct fault *f)
{
	struct stat now;

	if (fstat(node->fd, &now) < 0)
		return node_fault(t, node, f, -errno, strerror(errno));
	if (now.st_nlink < node->st.st_nlink)
		return node_fault(t, node, f, -ESTALE, "vanished while the image was made");
	if (now.st_size != node->st.st_size)
		return node_fault(t, node, f, -ESTALE,
			now.st_size > node->st.st_size ? "grew while the image was made" :
							 "shrank while the image was made");
	if (!same_time(&now.st_mtim, &node->st.st_mtim) ||
		!same_time(&now.st_ctim, &node->st.st_ctim))
		return node_fault(t, node, f, -ESTALE, "changed while the image was made");
	return 0;
}

static int check_below(const struct tree *t, const struct tree_node *dir, struct fault *f)
{
	size_t i;
	int r = 0;

	for (i = 0; i < dir->children && r == 0; i++) {
		const struct tree_node *node = dir->child[i];

		if (node->kind == TREE_DIR)
			r = check_below(t, node, f);
		else if (node->fd >= 0)
			r = check_file(t, node, f);
	}
	return r;
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
}
