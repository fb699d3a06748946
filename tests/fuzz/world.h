/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FUZZ_WORLD_H
#define TESTS_FUZZ_WORLD_H

/*
 * All files that a part of the guest's program reads, in one input. Each file begins with the byte 0x1e and a letter,
 * and ends before the next 0x1e; the table of each target says which path the letter stands for. The first byte of the
 * input, times 16, is the greatest number of bytes that one sys_read() returns. The file of a folder has the names in
 * it, one on a line; the file of a symbolic link has its target. For stat(2), the first letter of a file says what it
 * is: d, l, or anything else for a regular file; a name in a folder that has no letter is a regular file, too.
 */
#define sys_open      kernel_open
#define sys_close     kernel_close
#define sys_read      kernel_read
#define sys_read_text kernel_read_text
#define sys_read_link kernel_read_link
#define sys_exists    kernel_exists
#define sys_stat_at   kernel_stat_at
#define sys_each_name kernel_each_name
#define sys_fstatfs   kernel_fstatfs
#define sys_fstat     kernel_fstat
#define sys_ioctl     kernel_ioctl
#include "guest/sys.c"
#undef sys_open
#undef sys_close
#undef sys_read
#undef sys_read_text
#undef sys_read_link
#undef sys_exists
#undef sys_stat_at
#undef sys_each_name
#undef sys_fstatfs
#undef sys_fstat
#undef sys_ioctl

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define WORLD_MARK  0x1e
#define WORLD_FILES 32
#define WORLD_FIRST 1000 /* the first descriptor */

struct world_file {
	char letter;
	const char *path;
	const uint8_t *text;
	size_t len, at;
	bool there;
};

/* Each target fills this table with the files that may exist; a row with the letter zero ends it. */
static struct world_file world[WORLD_FILES];

static size_t world_piece;

static struct world_file *world_find(const char *path)
{
	size_t i;

	for (i = 0; world[i].letter; i++)
		if (world[i].there && strcmp(world[i].path, path) == 0)
			return world + i;
	return NULL;
}

/* The input has files, each after a letter that says which one it is. If a letter occurs twice, the last file counts. */
static void world_begin(const uint8_t *data, size_t size)
{
	size_t at, i, len;

	for (i = 0; world[i].letter; i++)
		world[i].there = false;
	world_piece = size > 0 && data[0] > 0 ? 16u * data[0] : 4096;
	for (at = 1; at < size && data[at] != WORLD_MARK; at++)
		;
	for (; at + 1 < size; at += 2 + len) {
		const uint8_t *text = data + at + 2,
			      *mark = memchr(text, WORLD_MARK, size - at - 2);

		len = mark ? (size_t)(mark - text) : size - at - 2;
		for (i = 0; world[i].letter; i++)
			if (world[i].letter == (char)data[at + 1])
				world[i] = (struct world_file){ world[i].letter, world[i].path,
					text, len, 0, true };
	}
}

/* Copies the text of the file up to its first zero byte, or as much of it as there is room for. */
static inline void world_text(const char *path, char *text, size_t size)
{
	const struct world_file *f = world_find(path);
	const size_t n = f && f->len < size ? f->len : f ? size - 1 : 0;

	memset(text, 0, size);
	if (n > 0)
		memcpy(text, f->text, n);
}

int sys_open(const char *path, int flags)
{
	struct world_file *f = world_find(path);

	assert(flags == O_RDONLY);
	if (!f)
		return -ENOENT;
	f->at = 0;
	return WORLD_FIRST + (int)(f - world);
}

void sys_close(int fd)
{
	assert(fd >= WORLD_FIRST && fd < WORLD_FIRST + WORLD_FILES);
}

static long world_take(struct world_file *f, void *buf, size_t len)
{
	const size_t left = f->len - f->at, n = left < len ? left : len;

	if (n > 0)
		memcpy(buf, f->text + f->at, n);
	f->at += n;
	return (long)n;
}

long sys_read(int fd, void *buf, size_t len)
{
	assert(fd >= WORLD_FIRST && fd < WORLD_FIRST + WORLD_FILES);
	return world_take(world + (fd - WORLD_FIRST), buf, len < world_piece ? len : world_piece);
}

long sys_read_text(const char *path, char *text, size_t size)
{
	struct world_file *f = world_find(path);
	long n;

	text[0] = '\0';
	if (!f)
		return -ENOENT;
	f->at = 0;
	n = world_take(f, text, size - 1);
	text[n] = '\0';
	return n;
}

long sys_read_link(const char *path, char *text, size_t size)
{
	struct world_file *f = world_find(path);

	if (!f)
		return -ENOENT;
	f->at = 0;
	return world_take(f, text, size);
}

bool sys_exists(const char *path)
{
	return world_find(path) != NULL;
}

bool sys_each_name(const char *folder, bool (*each)(void *ctx, const char *name), void *ctx)
{
	const struct world_file *f = world_find(folder);
	size_t at, n;
	bool any = false;
	char name[256];

	for (at = 0; f && at < f->len; at += n + 1) {
		const uint8_t *end = memchr(f->text + at, '\n', f->len - at);

		n = end ? (size_t)(end - (f->text + at)) : f->len - at;
		if (n == 0 || n >= sizeof(name) || f->text[at] == '.' || f->text[at] == '\0')
			continue;
		memcpy(name, f->text + at, n);
		name[n] = '\0';
		any |= each(ctx, name);
	}
	return any;
}

static bool world_is_name(void *wanted, const char *name)
{
	return strcmp(wanted, name) == 0;
}

/* Is there a folder that has this file in its list of names? */
static bool world_lists(const char *path)
{
	char folder[256];
	const char *slash = strrchr(path, '/');

	return slash && snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path) < 256 &&
		sys_each_name(folder, world_is_name, (void *)(slash + 1));
}

int sys_stat_at(int at, const char *path, int at_flags, struct stat *ret)
{
	const struct world_file *f = world_find(path);
	const char kind = f && f->len > 0 ? (char)f->text[0] : 'f';

	(void)at;
	if (!f && !world_lists(path))
		return -ENOENT;
	memset(ret, 0, sizeof(*ret));
	ret->st_mode = kind == 'd'                              ? S_IFDIR :
		kind == 'l' && (at_flags & AT_SYMLINK_NOFOLLOW) ? S_IFLNK :
								  S_IFREG;
	ret->st_size = f ? (off_t)f->len : 0;
	return 0;
}

#endif
