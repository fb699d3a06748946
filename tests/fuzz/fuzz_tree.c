/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is names that others have chosen, each ended by a zero; its first byte says what they are. `w`: names in a
 * folder that is walked. `g`: places in the image at which a file or a folder is put. `b`: the list of `build --batch`.
 * Names that are not UTF-8 must be refused, each folder must be sorted and have no name twice, each node must be found
 * by its path, and the list's rows must be its lines.
 *
 * If the first byte is `o`, `l` or `r`, three bytes follow: options, a call that fails, and how many calls of it
 * succeed before. `o`: each name is one step, which makes a file on disk, sets a rule of the walk, or changes the tree:
 * see make_step(), set_rule() and tree_step(). If no step fails, the tree must be sound; if a call fails, so must the
 * step. `l`: the list is read from the standard input, from a folder, or from a path that does not exist. `r`: worker
 * processes make the drives of the list, and the number of those that succeeded must be right.
 *
 * FUZZ_WITH: iso/graft.c iso/tree.c iso/walk.c iso/reopen.c iso/leftover.c iso/lost.c cli/batch.c cli/progress.c cli/report.c cli/print.c util/open.c util/utf8.c util/show.c util/io.c util/fault.c util/hex.c
 */
#include "cli/batch.h"
#include "iso/lost.h"
#include "iso/node.h"
#include "tests/fuzz/failing.h"
#include "util/utf8.h"

#include <assert.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAMES_MAX 24

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- calls that fail --- */

/* CALL_KIND: a file or folder that was opened seems to be a FIFO. CALL_LINK: what is opened has become a symbolic link.
 * CALL_ORPHAN: the parent of a process has ended. CALL_SIGNAL: a signal interrupts the wait for a process.
 * CALL_CHILDREN: there is no process to wait for. CALL_CPUS: there are more than 256 processors. */
enum call {
	CALL_CALLOC = 1,
	CALL_STRDUP,
	CALL_REALLOC,
	CALL_FSTAT,
	CALL_KIND,
	CALL_FSTATAT,
	CALL_OPEN,
	CALL_LINK,
	CALL_READLINK,
	CALL_FDOPENDIR,
	CALL_READDIR,
	CALL_PREAD,
	CALL_FORK,
	CALL_ORPHAN,
	CALL_SIGNAL,
	CALL_CHILDREN,
	CALL_AFFINITY,
	CALL_CPUS,
	CALL_MMAP
};

#pragma clang attribute push(__attribute__((no_sanitize("coverage"))), apply_to = function)

/* Does this call of the program, not of a library, fail? */
#define FAILS(call, err) (failing_in_program(__builtin_return_address(0)) && failing_now(call, err))

/* Calls the C library's function of this name, which a function in this file replaces. */
#define ORIGINAL(type, name, ...) (((type)dlsym(RTLD_NEXT, name))(__VA_ARGS__))

void *__interceptor_calloc(size_t count, size_t size);
char *__interceptor_strdup(const char *text);
void *__interceptor_realloc(void *p, size_t size);
void *__interceptor_reallocarray(void *p, size_t count, size_t size);
ssize_t __interceptor_readlinkat(int at, const char *path, char *buf, size_t size);
ssize_t __interceptor_pread(int fd, void *buf, size_t len, off_t off);
struct dirent *__interceptor_readdir(DIR *stream);
pid_t __interceptor_waitpid(pid_t pid, int *status, int options);
void *__interceptor_mmap(void *at, size_t len, int prot, int flags, int fd, off_t off);

static bool seems_terminal;

void *calloc(size_t count, size_t size)
{
	return FAILS(CALL_CALLOC, ENOMEM) ? NULL : __interceptor_calloc(count, size);
}

char *strdup(const char *text)
{
	return FAILS(CALL_STRDUP, ENOMEM) ? NULL : __interceptor_strdup(text);
}

void *realloc(void *p, size_t size)
{
	return FAILS(CALL_REALLOC, ENOMEM) ? NULL : __interceptor_realloc(p, size);
}

void *reallocarray(void *p, size_t count, size_t size)
{
	return FAILS(CALL_REALLOC, ENOMEM) ? NULL : __interceptor_reallocarray(p, count, size);
}

int fstat(int fd, struct stat *ret)
{
	int r;

	if (FAILS(CALL_FSTAT, EIO))
		return -1;
	r = ORIGINAL(int (*)(int, struct stat *), "fstat", fd, ret);
	if (FAILS(CALL_KIND, 0))
		ret->st_mode = S_IFIFO | 0600;
	return r;
}

int fstatat(int at, const char *restrict path, struct stat *restrict ret, int flags)
{
	if (FAILS(CALL_FSTATAT, EIO))
		return -1;
	return ORIGINAL(
		int (*)(int, const char *, struct stat *, int), "fstatat", at, path, ret, flags);
}

int open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (FAILS(CALL_OPEN, EIO))
		return -1;
	return ORIGINAL(int (*)(const char *, int, ...), "open", path, flags, mode);
}

int openat(int at, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (FAILS(CALL_OPEN, EIO) || FAILS(CALL_LINK, ELOOP))
		return -1;
	return ORIGINAL(int (*)(int, const char *, int, ...), "openat", at, path, flags, mode);
}

ssize_t readlinkat(int at, const char *restrict path, char *restrict buf, size_t size)
{
	return FAILS(CALL_READLINK, EIO) ? -1 : __interceptor_readlinkat(at, path, buf, size);
}

DIR *fdopendir(int fd)
{
	return FAILS(CALL_FDOPENDIR, ENOMEM) ? NULL : ORIGINAL(DIR * (*)(int), "fdopendir", fd);
}

struct dirent *readdir(DIR *stream)
{
	return FAILS(CALL_READDIR, EIO) ? NULL : __interceptor_readdir(stream);
}

ssize_t pread(int fd, void *buf, size_t len, off_t off)
{
	return FAILS(CALL_PREAD, EIO) ? -1 : __interceptor_pread(fd, buf, len, off);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	if (FAILS(CALL_SIGNAL, EINTR))
		return -1;
	if (FAILS(CALL_CHILDREN, ECHILD)) {
		while (__interceptor_waitpid(-1, NULL, 0) > 0)
			;
		errno = ECHILD;
		return -1;
	}
	return __interceptor_waitpid(pid, status, options);
}

pid_t getppid(void)
{
	return FAILS(CALL_ORPHAN, 0) ? 1 : ORIGINAL(pid_t(*)(void), "getppid");
}

int isatty(int fd)
{
	return fd == STDERR_FILENO && seems_terminal ? 1 : ORIGINAL(int (*)(int), "isatty", fd);
}

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	if (FAILS(CALL_AFFINITY, EPERM))
		return -1;
	if (FAILS(CALL_CPUS, 0)) {
		memset(set, 0xff, size);
		return 0;
	}
	return ORIGINAL(int (*)(pid_t, size_t, cpu_set_t *), "sched_getaffinity", pid, size, set);
}

void *mmap(void *at, size_t len, int prot, int flags, int fd, off_t off)
{
	return FAILS(CALL_MMAP, ENOMEM) ? MAP_FAILED :
					  __interceptor_mmap(at, len, prot, flags, fd, off);
}

/* The program counts covered lines in its own memory. What a child has counted is added to it, so that a report of the
 * coverage has the code that only children run. Without such a report, these functions do not exist. */
__attribute__((weak)) uint64_t *__llvm_profile_begin_counters(void);
__attribute__((weak)) uint64_t *__llvm_profile_end_counters(void);

static uint64_t *counted; /* by all children, in shared memory */
static bool is_child;

static size_t counters(void)
{
	return __llvm_profile_begin_counters ?
		(size_t)(__llvm_profile_end_counters() - __llvm_profile_begin_counters()) :
		0;
}

pid_t fork(void)
{
	pid_t pid;

	if (FAILS(CALL_FORK, EAGAIN))
		return -1;
	pid = ORIGINAL(pid_t(*)(void), "fork");
	is_child = pid == 0;
	if (is_child && counters() > 0)
		memset(__llvm_profile_begin_counters(), 0, counters() * sizeof(uint64_t));
	return pid;
}

void _exit(int status)
{
	size_t i;

	for (i = 0; is_child && i < counters(); i++)
		__atomic_fetch_add(
			counted + i, __llvm_profile_begin_counters()[i], __ATOMIC_RELAXED);
	_Exit(status);
}

static void begin_counting(void)
{
	counted = __interceptor_mmap(NULL, (counters() + 1) * sizeof(uint64_t),
		PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert(counted != MAP_FAILED);
}

static void end_counting(void)
{
	const size_t all = counters();
	size_t i;

	for (i = 0; i < all; i++)
		__llvm_profile_begin_counters()[i] += counted[i];
	munmap(counted, (all + 1) * sizeof(uint64_t));
}

#pragma clang attribute pop

/* --- what is put into trees --- */

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
	tree_clear(NULL);
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

	assert(strlen(tree_name(t, dir, path)) < PATH_MAX);
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
	const struct lost_joliet limits = { 64, false }, longer = { 103, true };
	const size_t nodes = check_below(t, t->root);
	struct fault f;
	size_t links;

	assert(lost_beyond_ascii(t).count <= nodes && lost_in_joliet(t, &limits).count <= nodes);
	assert(lost_in_joliet(t, &longer).count <= lost_in_joliet(t, &limits).count);
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
				r == -EMLINK || r == -ELOOP)));
	if (r == 0)
		check_tree(&t);
	(void)tree_find(&t, names > 0 ? name[names - 1] : "");
	tree_clear(&t);
}

/* --- steps --- */

#define RULES_MAX 4

enum option {
	OPTION_FOLLOW = 1,
	OPTION_NO_BACKUPS = 2,
	OPTION_NEW_FOLDERS = 4,
	OPTION_FOLDERS = 8,
	OPTION_NODES = 16,
	OPTION_CLOSED = 32,
	OPTION_LENIENT = 64
};

struct odd {
	uint8_t options, call, calls;
};

struct steps {
	struct odd odd;
	struct tree tree;
	struct tree_rules rules;
	struct tree_omit omit[RULES_MAX];
	const char *exclude[RULES_MAX];
	bool changed; /* a file was changed after the walk */
};

static int find_parent(const char *name, char last[128])
{
	int at = open(walked, O_PATH | O_DIRECTORY | O_CLOEXEC), next;
	size_t n;

	for (;; at = next, name += n + 1) {
		n = strcspn(name, "/");
		if (at < 0 || n == 0 || n >= 128 || strncmp(name, "..", n < 2 ? 2 : n) == 0)
			break;
		memcpy(last, name, n);
		last[n] = '\0';
		if (!name[n])
			return at;
		next = openat(at, last, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(at);
	}
	if (at >= 0)
		close(at);
	return -1;
}

/* Opens the folder of @name, a path below @walked, without following a link, and copies the last piece of the path to
 * @last. Never fails because the input asks for it. Returns: -1 if there is no such folder. */
static int open_parent(const char *name, char last[128])
{
	const unsigned which = failing.which;
	int at;

	failing.which = 0;
	at = find_parent(name, last);
	failing.which = which;
	return at;
}

static void make_file(int at, const char *name, const char *content)
{
	const int fd = openat(at, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0644);

	if (fd < 0)
		return;
	assert(write(fd, content, strlen(content)) == (ssize_t)strlen(content));
	close(fd);
}

/* If links are followed, they must not lead to the files of this machine. */
static bool is_harmless(const struct steps *s, const char *target)
{
	return *target &&
		(!(s->odd.options & OPTION_FOLLOW) || !strchr(target, '/') ||
			strcmp(target, "/dev/null") == 0 || strcmp(target, "/proc/version") == 0);
}

/* Makes a folder that contains @levels folders, one below the other. */
static void make_deep(int at, const char *name, unsigned levels)
{
	int next = -1;

	for (at = dup(at); at >= 0 && levels > 0; at = next, levels--) {
		next = mkdirat(at, name, 0755) < 0 ?
			-1 :
			openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		close(at);
	}
	if (at >= 0)
		close(at);
}

/* Makes a file on disk: F, C: an empty file, one with content. D: a folder. T: as many levels of folders as a tree may
 * have; U: one more. P: a FIFO. S: a socket. L: a link, NAME=TARGET. */
static void make_step(const struct steps *s, const char *step)
{
	const size_t len = strcspn(step, *step == 'L' ? "=" : "");
	const char *target = step[len] ? step + len + 1 : "";
	char path[PATH_MAX], last[128];
	int at;

	if (!strchr("FCDTUPSL", *step) || !is_utf8(step))
		return;
	snprintf(path, sizeof(path), "%.*s", (int)len - 1, step + 1);
	at = open_parent(path, last);
	if (at < 0)
		return;
	if (*step == 'F' || *step == 'C')
		make_file(at, last, *step == 'C' ? "content" : "");
	else if (*step == 'D')
		(void)mkdirat(at, last, 0755);
	else if (*step == 'T' || *step == 'U')
		make_deep(at, last, TREE_DEPTH_MAX - (*step == 'T'));
	else if (*step == 'P' || *step == 'S')
		(void)mknodat(at, last, (*step == 'P' ? S_IFIFO : S_IFSOCK) | 0644, 0);
	else if (is_harmless(s, target))
		(void)symlinkat(target, at, last);
	close(at);
}

/* Sets a rule: e: a pattern to exclude. o: a file to leave out; u: the file with its number on another file system. */
static void set_rule(struct steps *s, const char *step)
{
	char last[128];
	struct stat st = { 0 };
	int at;

	if (*step == 'e' && s->rules.excludes < RULES_MAX)
		s->exclude[s->rules.excludes++] = step + 1;
	if ((*step != 'o' && *step != 'u') || s->rules.omits == RULES_MAX)
		return;
	at = open_parent(step + 1, last);
	if (at < 0)
		return;
	if (fstatat(at, last, &st, AT_SYMLINK_NOFOLLOW) == 0)
		s->omit[s->rules.omits++] =
			(struct tree_omit){ st.st_dev + (*step == 'u'), st.st_ino };
	close(at);
}

/* Grafts PATH=PLACE, or PATH to the root; PATH is below @walked. */
static int graft_step(struct steps *s, const char *step, struct fault *f)
{
	char path[PATH_MAX], last[128];
	const char *place = strchr(step, '=');
	const int len = place ? (int)(place - step) : (int)strlen(step);
	int at;

	snprintf(path, sizeof(path), "%.*s", len, step);
	at = open_parent(path, last);
	if (at < 0)
		return 0;
	close(at);
	snprintf(path, sizeof(path), "%s/%.*s", walked, len, step);
	return tree_graft(&s->tree, place ? place + 1 : NULL, path, &s->rules, f);
}

/* Adds a file. The functions that add one do not check its name, so this does. */
static int add_step(struct steps *s, const char *step, struct fault *f)
{
	static const char bytes[] = "bytes";
	char path[PATH_MAX], last[128];
	const char *name = step + 1;
	const int at = open_parent(name, last);

	if (at >= 0)
		close(at);
	if (at < 0 || strchr(name, '/') || !is_utf8(name) || strcmp(name, ".") == 0 ||
		tree_find(&s->tree, name))
		return 0;
	if (*step == 'b')
		return tree_add_bytes(&s->tree, name, bytes, sizeof(bytes), 0600, 1, f);
	snprintf(path, sizeof(path), "%s/%s", walked, name);
	return tree_add_file(&s->tree, name, *step == 'v' ? "/proc/version" : path, f);
}

static int read_step(const struct tree *t, const struct tree_node *node, struct fault *f)
{
	char content[16];
	int r;

	if (node->kind != TREE_FILE || node->bytes || node->size > sizeof(content))
		return 0;
	r = tree_read(t, node, content, f);
	assert(r < 0 || node->size == 0 || memcmp(content, "content", node->size) == 0);
	return r;
}

/* Truncates a file, or deletes it. */
static void change_step(struct steps *s, const char *step)
{
	char last[128];
	const int at = open_parent(step + 1, last);
	const unsigned which = failing.which;
	int fd;

	if (at < 0)
		return;
	failing.which = 0;
	s->changed = true;
	fd = *step == 't' ?
		openat(at, last, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) :
		-1;
	if (fd >= 0)
		close(fd);
	else
		(void)unlinkat(at, last, 0);
	close(at);
	failing.which = which;
}

/* Changes the tree: g: graft PATH=PLACE. f, d, s, w, m: graft a file, a folder, a folder with slashes after its name,
 * the folder with the files of the steps, or a path that does not exist, at a place. a, v, b: add a file of the steps,
 * of the kernel, or of memory. x: drop a file. r: read it. t, q: change or delete it on disk. c: check all files. */
static int tree_step(struct steps *s, const char *step, struct fault *f)
{
	char slashes[96];
	struct tree *t = &s->tree;
	const char *const place = step[1] ? step + 1 : NULL;
	struct tree_node *const node = strchr("xr", *step) ? tree_find(t, step + 1) : NULL;

	snprintf(slashes, sizeof(slashes), "%s//", one_folder);
	switch (*step) {
	case 'g':
		return graft_step(s, step + 1, f);
	case 'f':
	case 'd':
		return tree_graft(t, place, *step == 'f' ? one_file : one_folder, &s->rules, f);
	case 's':
	case 'w':
		return tree_graft(t, place, *step == 's' ? slashes : walked, &s->rules, f);
	case 'm':
		return tree_graft(t, place, "/proc/self/fd/none", &s->rules, f);
	case 'a':
	case 'v':
	case 'b':
		return add_step(s, step, f);
	case 'x':
		if (node && node->parent)
			tree_drop(node);
		return 0;
	case 'r':
		return node ? read_step(t, node, f) : 0;
	case 't':
	case 'q':
		change_step(s, step);
		return 0;
	case 'c':
		return tree_check(t, f);
	default:
		return 0;
	}
}

static void remove_below(int at, const char *name)
{
	const int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	while (stream && (e = readdir(stream)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
			unlinkat(fd, e->d_name, 0) < 0) {
			remove_below(fd, e->d_name);
			assert(unlinkat(fd, e->d_name, AT_REMOVEDIR) == 0);
		}
	if (stream)
		closedir(stream);
}

static void check_steps(struct steps *s, bool failed, int r, const struct fault *f)
{
	const enum call call = s->odd.call;

	assert(r == 0 || f->text[0]);
	assert(s->tree.left_out == 0 || s->odd.options & OPTION_LENIENT);
	/* The kind of a folder that was opened as one does not matter. A file that cannot be read is taken for empty, and
	 * one whose kind is unknown is not taken for a leftover. */
	if (failed && call != CALL_KIND && call != CALL_PREAD && call != CALL_FSTATAT)
		assert(r < 0);
	if (failed && call == CALL_FSTAT)
		assert(r == -EIO && strstr(f->text, strerror(EIO)));
	if (r == 0 && !s->changed)
		check_tree(&s->tree);
	else
		(void)lost_links(&s->tree);
}

/* The first step may be W: then the tree begins with the folder that the other steps fill, else it begins empty. */
static void take_steps(struct odd odd, char *const *name, size_t names)
{
	const bool begins = names > 0 && strcmp(name[0], "W") == 0;
	struct steps s = { .odd = odd };
	struct fault f = { 0 };
	size_t i;
	bool failed;
	int r;

	s.rules = (struct tree_rules){ .omit = s.omit,
		.exclude = s.exclude,
		.follow = odd.options & OPTION_FOLLOW,
		.lenient = odd.options & OPTION_LENIENT,
		.no_backups = odd.options & OPTION_NO_BACKUPS,
		.new_folders = odd.options & OPTION_NEW_FOLDERS,
		.new_folder_mode = 0700 };
	for (i = 0; i < names; i++) {
		make_step(&s, name[i]);
		set_rule(&s, name[i]);
	}
	failing_begin(odd.call, odd.calls);
	r = tree_open(&s.tree, begins ? walked : NULL, s.omit, s.rules.omits, &f);
	s.tree.folders += r == 0 && odd.options & OPTION_FOLDERS ? TREE_FOLDERS_MAX - 3 : 0;
	s.tree.nodes += r == 0 && odd.options & OPTION_NODES ? TREE_NODES_MAX - 3 : 0;
	if (odd.options & OPTION_CLOSED)
		s.tree.held_max = 0;
	for (i = 0; i < names && r == 0; i++)
		r = tree_step(&s, name[i], &f);
	failed = failing_end();
	if (s.tree.root)
		check_steps(&s, failed, r, &f);
	tree_clear(&s.tree);
	remove_below(AT_FDCWD, walked);
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

/* Reads a list that is not in a file: from the standard input, from a folder, or from a path that does not exist. */
static void read_odd_list(struct odd odd, const char *text, size_t size)
{
	static const char *const paths[] = { "-", "/", "/proc/self/fd/none" };
	const char *path = paths[odd.options % 3];
	const int fd = memfd_create("list", MFD_CLOEXEC), stdin_before = dup(STDIN_FILENO);
	struct fault f = { 0 };
	struct batch b;
	bool failed;
	int r;

	assert(fd >= 0 && write(fd, text, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	assert(dup2(fd, STDIN_FILENO) == STDIN_FILENO);
	failing_begin(odd.call, odd.calls);
	r = batch_read(&b, path, &f);
	failed = failing_end();
	assert((r < 0) == (f.text[0] != '\0') && (r < 0 || (*path == '-' && !failed)));
	if (r == 0)
		check_rows(&b, text, size);
	batch_clear(&b);
	clearerr(stdin);
	__fpurge(stdin);
	if (stdin_before >= 0)
		dup2(stdin_before, STDIN_FILENO);
	close(stdin_before);
	close(fd);
}

/* --- the work of a batch --- */

enum run { RUN_JOBS = 3, RUN_TERMINAL = 4, RUN_FULL = 8, RUN_KILLED = 16, RUN_QUIET = 32 };

static uint8_t run_options;

/* The first letter of DIR says what happens: x: it fails. k: the process is killed. s: it takes a while. */
static int make_one_drive(void *ctx, const struct batch_row *row)
{
	const struct timespec while_ = { .tv_nsec = 70000000 };

	(void)ctx;
	printf("%s\n", row->out);
	if (*row->dir == 'k')
		raise(SIGKILL);
	if (*row->dir == 's')
		nanosleep(&while_, NULL);
	return *row->dir == 'x' ? -EIO : 0;
}

static void end_drives(void *ctx)
{
	(void)ctx;
	printf("end\n");
	if (run_options & RUN_KILLED)
		raise(SIGKILL);
}

static int replace(int fd, const char *path)
{
	const int before = dup(fd), by = open(path, O_WRONLY | O_CLOEXEC);

	assert(before >= 0 && by >= 0 && dup2(by, fd) == fd);
	close(by);
	return before;
}

static void put_back(int fd, int before)
{
	dup2(before, fd);
	close(before);
}

/* Makes the drives of the list. Returns: as batch_run(). */
static long run_list(const struct batch *b)
{
	const struct batch_work w = { make_one_drive, end_drives, NULL };
	const int out = replace(STDOUT_FILENO, run_options & RUN_FULL ? "/dev/full" : "/dev/null"),
		  err = replace(STDERR_FILENO, "/dev/null");
	long done;

	seems_terminal = run_options & RUN_TERMINAL;
	begin_counting();
	done = batch_run(b, 1 + (run_options & RUN_JOBS), &w, run_options & RUN_QUIET);
	end_counting();
	seems_terminal = false;
	put_back(STDOUT_FILENO, out);
	put_back(STDERR_FILENO, err);
	return done;
}

static void run_lines(struct odd odd, const char *text, size_t size)
{
	const int fd = memfd_create("list", MFD_CLOEXEC);
	struct fault f = { 0 };
	struct batch b;
	char path[32];
	size_t i, good = 0, killed = 0;
	long done;
	bool failed;

	assert(fd >= 0 && write(fd, text, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	run_options = odd.options;
	if (batch_read(&b, path, &f) == 0 && b.rows < 16) {
		for (i = 0; i < b.rows; i++) {
			good += !strchr("xk", *b.row[i].dir);
			killed += *b.row[i].dir == 'k';
		}
		failing_begin(odd.call, odd.calls);
		done = run_list(&b);
		assert(batch_jobs() > 0 && batch_jobs() <= BATCH_JOBS_MAX);
		failed = failing_end();
		assert(done <= (long)good);
		assert(failed || odd.call == CALL_ORPHAN || killed > 0 || done == (long)good);
	}
	batch_clear(&b);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct odd odd = { 0 };
	char *text, *name[NAMES_MAX], *at;
	const char what = size > 0 && data[0] ? (char)data[0] : 'b';
	size_t names = 0;

	if (!*folder)
		make_folders();
	if (size < 2 || (strchr("olr", what) && size < 4))
		return 0;
	if (strchr("olr", what)) {
		memcpy(&odd, data + 1, sizeof(odd));
		data += sizeof(odd);
		size -= sizeof(odd);
	}
	text = malloc(size);
	assert(text);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	for (at = text; at < text + size - 1 && names < NAMES_MAX; at += strlen(at) + 1)
		if (*at || strchr("wg", what))
			name[names++] = at;
	if (what == 'w')
		walk_names(name, names);
	else if (what == 'g')
		graft_names(name, names);
	else if (what == 'o')
		take_steps(odd, name, names);
	else if (what == 'l')
		read_odd_list(odd, text, size - 1);
	else if (what == 'r')
		run_lines(odd, text, size - 1);
	else
		read_list(text, size - 1);
	free(text);
	return 0;
}
