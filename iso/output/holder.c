/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/holder.h"
#include "iso/output/lock.h"
#include "iso/output/loop.h"
#include "iso/output/process.h"
#include "iso/output/stack.h"
#include "util/path.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/fs.h>
#include <linux/major.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define LOOKS  20 /* how often the descriptors of other processes are searched, in one second */
#define NAP_MS 50

bool holder_optical(const struct stat *st)
{
	return S_ISBLK(st->st_mode) && major(st->st_rdev) == SCSI_CDROM_MAJOR;
}

/* A search for uses of a device: the device, the destination of messages, and the parts that could not be searched. */
struct search {
	struct stack stack;
	const char *path;
	struct fault *fault;
	const struct warning_sink *warn;
	struct unseen unseen;
};

static int in_use(const struct search *s, enum relation how, const char *use)
{
	return fault_set(s->fault, -EBUSY, "%s: %s%s", s->path, relation_words(how), use);
}

/* --- each use --- */

static int find_mount(struct search *s)
{
	static struct use use;

	return process_find_mount(&s->stack, &use, &s->unseen) ?
		in_use(s, use.relation, use.words) :
		0;
}

/* /proc/swaps has only paths and no device numbers. The paths are valid in the namespace of the process that called
 * swapon(2). So swap space that was added in another namespace may be missed. */
static int find_swap(const struct search *s)
{
	FILE *table = fopen("/proc/swaps", "re");
	enum relation how = RELATION_NONE;
	char line[PATH_MAX + 64];
	struct stat st;

	while (table && how == RELATION_NONE && fgets(line, sizeof(line), table)) {
		line[strcspn(line, " \t")] = '\0';
		if (line[0] == '/' && stat(line, &st) == 0 && S_ISBLK(st.st_mode))
			how = stack_relation(&s->stack, st.st_rdev);
	}
	if (table)
		fclose(table);
	return how == RELATION_NONE ? 0 : in_use(s, how, "in use as swap space");
}

/* Finds devices of which @dev, or a partition of it, is a part: device mapper, RAID. */
static int find_part_of(const struct search *s, dev_t dev, enum relation how, const char *where)
{
	char pattern[96], words[NAME_MAX + 16];
	dev_t above;
	glob_t g;
	size_t i;
	int r = 0;

	snprintf(pattern, sizeof(pattern), "/sys/dev/block/%u:%u/%s/dev", major(dev), minor(dev),
		where);
	if (glob(pattern, 0, NULL, &g) != 0)
		return 0;
	for (i = 0; i < g.gl_pathc && r == 0; i++) {
		if (device_of(g.gl_pathv[i], &above) == 0 && stack_has_dev(&s->stack, above))
			continue;
		*strrchr(g.gl_pathv[i], '/') = '\0';
		snprintf(words, sizeof(words), "part of %s", path_last(g.gl_pathv[i]));
		r = in_use(s, how, words);
	}
	globfree(&g);
	return r;
}

static int find_stack(const struct search *s)
{
	size_t i;
	int r = 0;

	for (i = 0; i < s->stack.devs && r == 0; i++) {
		const dev_t dev = s->stack.dev[i];

		r = find_part_of(s, dev, i == 0 ? RELATION_SELF : RELATION_BELOW, "holders/*");
		if (r == 0)
			r = find_part_of(s, dev, i == 0 ? RELATION_PARTITION : RELATION_BELOW,
				"*/holders/*");
	}
	return r;
}

/* Do the two loop devices, which use the same file, use common bytes of it? If not, they are independent. */
static bool share_bytes(const struct loop_source *a, const struct loop_source *b)
{
	return (a->to == 0 || b->from < a->to) && (b->to == 0 || a->from < b->to);
}

static const char *loop_words(const struct search *s, const struct loop_source *self,
	const struct loop_source *l, enum relation *ret_how)
{
	if (l->rdev) {
		*ret_how = stack_relation(&s->stack, l->rdev);
		return *ret_how == RELATION_NONE ? NULL : "";
	}
	if (!stack_has_file(&s->stack, l->dev, l->ino))
		return NULL;
	*ret_how = s->stack.devs > 0 ? RELATION_BELOW : RELATION_SELF;
	return self->self && self->ino == l->ino && self->dev == l->dev && !share_bytes(self, l) ?
		NULL :
		"";
}

/* Finds the loop device that we are about to write, or of which our target is a partition; zeroed if there is none. */
static struct loop_source find_self(const struct search *s, struct loop_list *list)
{
	struct loop_source l, self = { 0 };
	int r;

	while (s->stack.devs > 0 && (r = loop_list_next(list, &l)) != 0)
		if (r > 0 && stack_relation(&s->stack, l.self) != RELATION_NONE)
			self = l;
	list->at = 0;
	return self;
}

static int judge_loop(struct search *s, const struct loop_source *self, const struct loop_source *l)
{
	enum relation how;
	char words[64];

	if (!loop_words(s, self, l, &how))
		return 0;
	if (how == RELATION_SELF)
		return fault_set(
			s->fault, -EBUSY, "%s: in use by loop device %s", s->path, l->name);
	snprintf(words, sizeof(words), "in use by loop device %s", l->name);
	return in_use(s, how, words);
}

static int find_loop(struct search *s)
{
	struct loop_source self, l;
	struct loop_list list;
	int r = loop_list_read(&list), found = 0;

	if (r < 0)
		s->stack.cut = true;
	self = find_self(s, &list);
	while (found == 0 && (r = loop_list_next(&list, &l)) != 0) {
		/* Skip the device itself, and the disk of which it is a partition. */
		if (stack_relation(&s->stack, l.self) != RELATION_NONE)
			continue;
		if (r < 0)
			s->stack.cut = true;
		else
			found = judge_loop(s, &self, &l);
	}
	loop_list_clear(&list);
	return found;
}

static int find_open(struct search *s)
{
	const struct timespec nap = { .tv_nsec = NAP_MS * 1000000L };
	static struct use use;
	int looks;

	for (looks = 0; process_find_open(&s->stack, &use, &s->unseen); looks++) {
		if (looks == LOOKS)
			return in_use(s, use.relation, use.words);
		nanosleep(&nap, NULL);
	}
	return 0;
}

/* --- all uses --- */

static void warn_of_unseen(const struct search *s)
{
	if (s->unseen.processes > 0)
		warning_send(s->warn,
			"%s: cannot check whether processes of other users have it open", s->path);
	else if (s->unseen.outside)
		warning_send(s->warn,
			"%s: cannot check whether processes outside of this container use it",
			s->path);
	if (s->stack.cut)
		warning_send(s->warn,
			"%s: other devices may use it: not all loop devices, or devices that it is made of, can be checked",
			s->path);
}

static int check_device(struct search *s)
{
	int r = find_mount(s);

	if (r == 0)
		r = find_swap(s);
	if (r == 0)
		r = find_stack(s);
	if (r == 0)
		r = find_loop(s);
	if (r == 0) {
		s->unseen.processes = 0;
		r = find_open(s);
	}
	return r;
}

int holder_check(int fd, const char *path, const struct warning_sink *warn, struct fault *f)
{
	static struct search s;
	struct stat st;
	int r;

	s = (struct search){ .path = path, .fault = f, .warn = warn };
	if (fstat(fd, &st) < 0)
		return fault_errno(f, -errno, path);
	if (S_ISBLK(st.st_mode)) {
		stack_find(&s.stack, st.st_rdev);
		r = check_device(&s);
	} else {
		stack_of_file(&s.stack, st.st_dev, st.st_ino);
		r = find_loop(&s);
	}
	if (r == 0)
		warn_of_unseen(&s);
	return r;
}

int holder_fault(struct fault *f, const char *path)
{
	static struct search s;
	struct stat st;
	int r;

	if (stat(path, &st) < 0 || !S_ISBLK(st.st_mode))
		return fault_errno(f, -EBUSY, path);
	s = (struct search){ .path = path, .fault = f };
	stack_find(&s.stack, st.st_rdev);
	r = check_device(&s);
	return r < 0 ? r :
		       fault_set(f, -EBUSY, "%s: in use; the kernel does not report by what", path);
}

/* --- opening --- */

static bool is_protected(int fd)
{
	int protected;

	return ioctl(fd, BLKROGET, &protected) == 0 && protected;
}

/* Some kernels refuse to open a write-protected device for writing. Others open it, and then fail the write. */
static int open_fault(const char *path, int err, struct fault *f)
{
	int fd, r;

	if (err == -EBUSY)
		return holder_fault(f, path);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && is_protected(fd))
		r = fault_set(f, -EROFS, "%s: write-protected", path);
	else
		r = fault_errno(f, err, path);
	if (fd >= 0)
		close(fd);
	return r;
}

int holder_open(const char *path, int *ret_fd, const struct warning_sink *warn, struct fault *f)
{
	const int fd = open(path, O_RDWR | O_EXCL | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	int r;

	if (fd < 0)
		return open_fault(path, -errno, f);
	if (fstat(fd, &st) < 0)
		r = fault_errno(f, -errno, path);
	else if (!S_ISBLK(st.st_mode))
		r = fault_set(f, -ENOTBLK, "%s: not a block device", path);
	else if (is_protected(fd))
		r = fault_set(f, -EROFS, "%s: write-protected", path);
	else
		r = output_lock(fd, path, f);
	if (r == 0)
		r = holder_check(fd, path, warn, f);
	if (r == 0)
		*ret_fd = fd;
	else
		close(fd);
	return r;
}
