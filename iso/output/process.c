/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define FIRST_PID_NAMESPACE \
	0xEFFFFFFCu /* inode of the machine's initial pid namespace (linux/proc_ns.h) */
#define NAMESPACES_MAX \
	256 /* mount namespaces remembered; further ones are examined once per process */

/* Called for each process in turn; a return value other than 0 ends the iteration. */
typedef int visit_process(int proc, const char *pid, void *ctx);

static int each_process(visit_process *visit, void *ctx)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	int proc, r = 0;

	/* cppcheck-suppress readdirCalled ; each stream has one reader, and readdir_r is deprecated */
	while (dir && r == 0 && (e = readdir(dir))) {
		if (e->d_name[0] < '1' || e->d_name[0] > '9')
			continue;
		proc = openat(dirfd(dir), e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (proc < 0)
			continue;
		r = visit(proc, e->d_name, ctx);
		close(proc);
	}
	if (dir)
		closedir(dir);
	return r;
}

/* Writes the process's number and name, as ps(1) shows them. */
static void describe(int proc, const char *pid, char *out, size_t size)
{
	char comm[64] = "";
	const int fd = openat(proc, "comm", O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd >= 0 ? read(fd, comm, sizeof(comm) - 1) : 0;

	if (fd >= 0)
		close(fd);
	comm[n > 0 ? n : 0] = '\0';
	comm[strcspn(comm, "\n")] = '\0';
	snprintf(out, size, "process %s (%s)", pid, comm);
}

static void note_hidden_processes(struct unseen *u)
{
	struct stat st;

	if (stat("/proc/self/ns/pid", &st) < 0 || st.st_ino != FIRST_PID_NAMESPACE)
		u->outside = true;
}

/* --- mounts --- */

struct mounts {
	const struct stack *stack;
	struct use *use;
	struct unseen *unseen;
	ino_t seen[NAMESPACES_MAX], own;
	size_t namespaces;
};

static bool is_known(struct mounts *m, ino_t ns)
{
	size_t i;

	for (i = 0; i < m->namespaces; i++)
		if (m->seen[i] == ns)
			return true;
	if (m->namespaces < NAMESPACES_MAX)
		m->seen[m->namespaces++] = ns;
	return false;
}

/* The kernel writes white space in paths as escapes such as \040. Replaces them in @text, in place. */
static void unescape(char *text)
{
	char *out = text;
	unsigned c;

	for (; *text; text++) {
		if (text[0] == '\\' && sscanf(text + 1, "%3o", &c) == 1) {
			*out++ = (char)c;
			text += 3;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
}

/* The third field of a line is the device's number. But if the file system can have several devices (btrfs), its major
 * number is 0, and the device is looked up by the mount's source. */
static enum relation relation_of(
	const struct stack *s, unsigned high, unsigned low, const char *source)
{
	const enum relation how = stack_relation(s, makedev(high, low));
	struct stat st;

	if (how || high != 0 || !source || source[0] != '/' || stat(source, &st) < 0 ||
		!S_ISBLK(st.st_mode))
		return how;
	return stack_relation(s, st.st_rdev);
}

static const char *source_of(char *line)
{
	char *dash = strstr(line, " - "), *source = dash ? strchr(dash + 3, ' ') : NULL;

	if (!source)
		return NULL;
	source[1 + strcspn(source + 1, " \n")] = '\0';
	unescape(++source);
	return source;
}

static int look_at_mounts(int proc, const char *pid, ino_t ns, struct mounts *m)
{
	const int fd = openat(proc, "mountinfo", O_RDONLY | O_CLOEXEC);
	FILE *table = fd >= 0 ? fdopen(fd, "r") : NULL;
	char *line = NULL, *words = m->use->words, place[PATH_MAX], who[96];
	unsigned high, low;
	size_t room = 0;
	int found = 0;

	while (table && !found && getline(&line, &room, table) > 0) {
		/* The width 4095 is PATH_MAX - 1. */
		if (sscanf(line, "%*u %*u %u:%u %*s %4095s", &high, &low, place) != 3)
			continue;
		m->use->relation = relation_of(m->stack, high, low, source_of(line));
		found = m->use->relation != RELATION_NONE;
	}
	if (found) {
		unescape(place);
		describe(proc, pid, who, sizeof(who));
		if (ns == m->own)
			snprintf(words, sizeof(m->use->words), "mounted on %s", place);
		else
			snprintf(words, sizeof(m->use->words), "mounted on %s, as %s sees it",
				place, who);
	}
	free(line);
	if (table)
		fclose(table);
	else if (fd >= 0)
		close(fd);
	return found;
}

static int visit_mounts(int proc, const char *pid, void *ctx)
{
	struct mounts *m = ctx;
	struct stat st;

	if (fstatat(proc, "ns/mnt", &st, 0) < 0) {
		m->unseen->processes += errno == EACCES || errno == EPERM;
		return 0;
	}
	return is_known(m, st.st_ino) ? 0 : look_at_mounts(proc, pid, st.st_ino, m);
}

int process_find_mount(const struct stack *s, struct use *ret, struct unseen *unseen)
{
	struct mounts m = { .stack = s, .use = ret, .unseen = unseen };
	struct stat st;
	int self, found = 0;

	note_hidden_processes(unseen);
	/* Our own namespace is searched first, because the message is shortest for a mount in it. */
	self = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (self >= 0 && fstatat(self, "ns/mnt", &st, 0) == 0) {
		m.own = st.st_ino;
		found = visit_mounts(self, "self", &m);
	}
	if (self >= 0)
		close(self);
	return found ? found : each_process(visit_mounts, &m);
}

/* --- descriptors --- */

struct descriptors {
	const struct stack *stack;
	struct use *use;
	struct unseen *unseen;
};

/* Returns: the flags with which the descriptor was opened, as F_GETFL of fcntl(2) returns them. */
static int flags_of(int proc, const char *number)
{
	char path[64], line[128];
	unsigned flags = 0;
	FILE *file;
	int fd;

	snprintf(path, sizeof(path), "fdinfo/%.32s", number);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	file = fd >= 0 ? fdopen(fd, "r") : NULL;
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "flags: %o", &flags) == 1)
			break;
	if (file)
		fclose(file);
	else if (fd >= 0)
		close(fd);
	return (int)flags;
}

/* Does the descriptor count as a use? A descriptor opened with O_PATH does not: it cannot read or write. A device below
 * ours counts only if it is open for writing, because daemons keep such devices open for reading. */
static bool counts(enum relation how, int flags)
{
	return !(flags & O_PATH) && (how != RELATION_BELOW || (flags & O_ACCMODE) != O_RDONLY);
}

/* Does this descriptor refer to our device? With these flags, statx(2) opens nothing and sends no request over a
 * network. */
static bool uses_device(int proc, int fds, const char *number, struct descriptors *d)
{
	enum relation *how = &d->use->relation;
	struct statx st;

	*how = RELATION_NONE;
	if (statx(fds, number, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE | STATX_INO, &st) <
		0)
		return false;
	if (S_ISBLK(st.stx_mode))
		*how = stack_relation(d->stack, makedev(st.stx_rdev_major, st.stx_rdev_minor));
	else if (S_ISREG(st.stx_mode) &&
		stack_has_file(
			d->stack, makedev(st.stx_dev_major, st.stx_dev_minor), (ino_t)st.stx_ino))
		*how = RELATION_BELOW;
	return *how != RELATION_NONE && counts(*how, flags_of(proc, number));
}

static int visit_descriptors(int proc, const char *pid, void *ctx)
{
	struct descriptors *d = ctx;
	const int fds = openat(proc, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fds >= 0 ? fdopendir(fds) : NULL;
	struct dirent *e;
	char who[96];
	int found = 0;

	if (fds < 0)
		d->unseen->processes += errno == EACCES || errno == EPERM;
	/* cppcheck-suppress readdirCalled ; likewise */
	while (dir && !found && (e = readdir(dir)))
		found = e->d_name[0] != '.' && strtol(pid, NULL, 10) != getpid() &&
			uses_device(proc, fds, e->d_name, d);
	if (found)
		describe(proc, pid, who, sizeof(who));
	if (found)
		snprintf(d->use->words, sizeof(d->use->words), "open in %s", who);
	if (dir)
		closedir(dir);
	else if (fds >= 0)
		close(fds);
	return found;
}

int process_find_open(const struct stack *s, struct use *ret, struct unseen *unseen)
{
	struct descriptors d = { .stack = s, .use = ret, .unseen = unseen };

	note_hidden_processes(unseen);
	return each_process(visit_descriptors, &d);
}
