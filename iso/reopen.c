/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/reopen.h"
#include "iso/node.h"
#include "util/open.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Descriptors that are left for other uses: one for each level of folders in the walk, and some for the output and the
 * seed's sources. */
#define RESERVED (TREE_DEPTH_MAX + 64u)

#define TABLE 1024 /* descriptors */

void tree_reserve(void)
{
	const int last = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, TABLE - 1);

	if (last >= 0)
		close(last);
}

void reopen_begin(struct tree *t)
{
	struct rlimit limit, raised;
	rlim_t files;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	raised = (struct rlimit){ limit.rlim_max, limit.rlim_max };
	/* The kernel refuses this if the hard limit is above fs.nr_open; so may the seccomp filter of a container. */
	files = limit.rlim_cur < limit.rlim_max && setrlimit(RLIMIT_NOFILE, &raised) == 0 ?
		limit.rlim_max :
		limit.rlim_cur;
	t->held_max = files < RESERVED           ? 0 :
		files - RESERVED < TREE_HELD_MAX ? (unsigned)(files - RESERVED) :
						   TREE_HELD_MAX;
}

/* --- is it the same file? --- */

/* The values by which a file and its state are recognized. @born, the birth time, is zero if it is not known. */
struct identity {
	struct stat st;
	struct timespec born;
};

static struct timespec time_of(const struct statx_timestamp *x)
{
	return (struct timespec){ .tv_sec = x->tv_sec, .tv_nsec = x->tv_nsec };
}

/* Examines @path relative to @at, or @at itself if @path is empty. If statx(2) is refused, which the seccomp filter of
 * a container may do, uses fstatat(2). */
static int look(int at, const char *path, struct identity *ret)
{
	const int flags = *path ? 0 : AT_EMPTY_PATH;
	struct statx x;

	*ret = (struct identity){ 0 };
	if (statx(at, path, flags, STATX_BASIC_STATS | STATX_BTIME, &x) < 0) {
		if (errno != ENOSYS && errno != EPERM)
			return -errno;
		return fstatat(at, path, &ret->st, flags) < 0 ? -errno : 0;
	}
	ret->st.st_dev = makedev(x.stx_dev_major, x.stx_dev_minor);
	ret->st.st_ino = x.stx_ino;
	ret->st.st_mode = x.stx_mode;
	ret->st.st_nlink = x.stx_nlink;
	ret->st.st_size = (off_t)x.stx_size;
	ret->st.st_mtim = time_of(&x.stx_mtime);
	ret->st.st_ctim = time_of(&x.stx_ctime);
	if (x.stx_mask & STATX_BTIME)
		ret->born = time_of(&x.stx_btime);
	return 0;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool same_file(const struct tree_node *node, const struct identity *now)
{
	const struct stat *was = &node->st;

	return now->st.st_dev == was->st_dev && now->st.st_ino == was->st_ino &&
		S_ISREG(now->st.st_mode) && same_time(&now->born, &node->born);
}

/* Compares a file with its state at the walk. A change of mode, owner, security label or link count is allowed, because
 * it does not affect the content. Returns: 1 if the ctime has changed: then one of those has changed, or somebody wrote
 * to the file and then set its modification time back. */
static int compare(
	const struct tree *t, const struct tree_node *node, const struct stat *now, struct fault *f)
{
	const struct stat *was = &node->st;

	if (now->st_nlink == 0)
		return node_fault(t, node, f, -ESTALE, "vanished while the image was made");
	if (now->st_size != was->st_size)
		return node_fault(t, node, f, -ESTALE,
			now->st_size > was->st_size ? "grew while the image was made" :
						      "shrank while the image was made");
	if (!same_time(&now->st_mtim, &was->st_mtim))
		return node_fault(t, node, f, -ESTALE, "changed while the image was made");
	return !same_time(&now->st_ctim, &was->st_ctim);
}

static int prove(const struct tree *t, const struct tree_node *node, const struct identity *now,
	struct fault *f)
{
	if (!same_file(node, now))
		return node_fault(t, node, f, -ESTALE,
			"was replaced by another file while the image was made");
	return compare(t, node, &now->st, f);
}

/* --- opening by path --- */

/* Opens one folder after the other, beginning with the nearest ancestor whose path is known: the whole path may be
 * longer than the kernel's PATH_MAX. */
static int open_steps(const struct tree_node *node, int flags)
{
	int at, fd;

	if (node->source)
		return open_nonblocking(AT_FDCWD, node->source, flags);
	if (!node->parent)
		return -ENOENT;
	at = open_steps(node->parent, O_PATH | O_DIRECTORY);
	if (at < 0)
		return at;
	fd = open_nonblocking(at, node->name, flags);
	close(at);
	return fd;
}

/* Returns: the path, to open the file in one step; NULL if tree_name() may have cut the path. */
static const char *whole_path(
	const struct tree *t, const struct tree_node *node, char out[PATH_MAX])
{
	const char *path = tree_name(t, node, out);

	return strlen(path) + NAME_MAX + 2 < PATH_MAX ? path : NULL;
}

static int open_again(const struct tree *t, const struct tree_node *node)
{
	char buffer[PATH_MAX];
	const char *path = whole_path(t, node, buffer);

	return path ? open_nonblocking(AT_FDCWD, path, O_RDONLY) : open_steps(node, O_RDONLY);
}

static int look_again(const struct tree *t, const struct tree_node *node, struct identity *ret)
{
	char buffer[PATH_MAX];
	const char *path = whole_path(t, node, buffer);
	int fd, r;

	if (path)
		return look(AT_FDCWD, path, ret);
	fd = open_steps(node, O_PATH);
	if (fd < 0)
		return fd;
	r = look(fd, "", ret);
	close(fd);
	return r;
}

static int gone(const struct tree *t, const struct tree_node *node, int err, struct fault *f)
{
	if (err == -ENOENT || err == -ENOTDIR)
		return node_fault(t, node, f, -ESTALE, "vanished while the image was made");
	return node_fault(t, node, f, err, open_text(err));
}

/* --- files held open, and files opened again --- */

void reopen_note(struct tree *t, struct tree_node *node)
{
	struct identity now = { 0 };

	if (t->held < t->held_max) {
		t->held++;
		return;
	}
	node->again = true;
	if (look(node->fd, "", &now) == 0)
		node->born = now.born;
	close(node->fd);
	node->fd = -1;
}

int reopen_file(const struct tree *t, const struct tree_node *node, struct fault *f)
{
	struct identity now = { 0 };
	int fd, r;

	if (!node->again)
		return node->fd;
	fd = open_again(t, node);
	if (fd < 0)
		return gone(t, node, fd, f);
	r = look(fd, "", &now);
	r = r < 0 ? node_fault(t, node, f, r, strerror(-r)) : prove(t, node, &now, f);
	if (r >= 0)
		return fd;
	close(fd);
	return r;
}

void reopen_close(const struct tree_node *node, int fd)
{
	if (node->again && fd >= 0)
		close(fd);
}

static int check_again(const struct tree *t, const struct tree_node *node, struct fault *f)
{
	struct identity now = { 0 };
	const int r = look_again(t, node, &now);

	return r < 0 ? gone(t, node, r, f) : prove(t, node, &now, f);
}

int reopen_check(const struct tree *t, const struct tree_node *node, struct fault *f)
{
	struct stat now;

	if (node->again)
		return check_again(t, node, f);
	if (node->fd < 0)
		return 0;
	if (fstat(node->fd, &now) < 0)
		return node_fault(t, node, f, -errno, strerror(errno));
	return compare(t, node, &now, f);
}
