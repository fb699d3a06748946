/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is a configuration file. It must be read as it is. Each line, except blank ones and comments, must be returned
 * once and in order, as a section, a fault or an entry. The key and the value of an entry must be the whole line.
 *
 * If the input ends with the byte 0x1e and a letter, these two are not part of the file. The letter says what is wrong
 * with the file, the machine or the library inih. The table `worlds` has the letters, and the result of reading the file.
 *
 * FUZZ_WITH: -Wl,--wrap=fstat,--wrap=geteuid,--wrap=ini_parse_stream,--wrap=malloc,--wrap=pread cli/config/file.c util/open.c util/fault.c util/io.c util/utf8.c -linih
 */
#include "cli/config/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MARK   0x1e
#define CALLER 1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	char letter;
	const char *path; /* NULL: the input */
	mode_t mode;
	uid_t owner;
	int error; /* that config_file_read() must return */
};

static const struct world worlds[] = {
	{ 'r', NULL, 0644, 0, 0 },                   /* root's file */
	{ 'u', NULL, 0644, CALLER + 1, -EPERM },     /* another user's file */
	{ 'g', NULL, 0620, CALLER, -EPERM },         /* the group may write to it */
	{ 'o', NULL, 0602, 0, -EPERM },              /* all users may write to it */
	{ 'd', "/proc/self/fd", 0, 0, -EISDIR },     /* a folder */
	{ 'z', "/dev/zero", 0, 0, -EINVAL },         /* a device */
	{ 'n', "/dev/null", 0, 0, 0 },               /* no file */
	{ 'a', "/proc/self/absent", 0, 0, -ENOENT }, /* nothing */
	{ 'l', NULL, 0600, CALLER, -EFBIG },         /* one byte more than a file may have */
	{ 's', NULL, 0600, CALLER, -ENODATA },       /* shrinks before it is read */
	{ 'e', NULL, 0600, CALLER, -EIO },           /* a disk with a fault */
	{ 'm', NULL, 0600, CALLER, -ENOMEM },        /* no memory to read it */
	{ 'w', NULL, 0600, CALLER, 0 },              /* no memory in the library inih */
	{ 'b', NULL, 0600, CALLER, 0 },  /* inih in a build that takes 39 bytes a line */
	{ 'x', NULL, 0600, CALLER, 0 },  /* inih reports no entry */
	{ 'i', NULL, 0600, CALLER, 0 },  /* inih finds fault with the first line */
	{ '\0', NULL, 0600, CALLER, 0 }, /* all is well */
};

static const struct world *now; /* NULL: the calls below do what they usually do */

int __real_fstat(int fd, struct stat *st);
uid_t __real_geteuid(void);
int __real_ini_parse_stream(ini_reader reader, void *stream, ini_handler handler, void *user);
void *__real_malloc(size_t size);
ssize_t __real_pread(int fd, void *buf, size_t len, off_t off);
int __wrap_fstat(int fd, struct stat *st);
uid_t __wrap_geteuid(void);
int __wrap_ini_parse_stream(ini_reader reader, void *stream, ini_handler handler, void *user);
void *__wrap_malloc(size_t size);
ssize_t __wrap_pread(int fd, void *buf, size_t len, off_t off);

struct check {
	const char *at, *end; /* the lines that have not been returned yet */
	unsigned line;
};

/* --- the machine --- */

int __wrap_fstat(int fd, struct stat *st)
{
	const int r = __real_fstat(fd, st);

	if (now && r == 0)
		st->st_uid = now->owner;
	return r;
}

uid_t __wrap_geteuid(void)
{
	return now ? CALLER : __real_geteuid();
}

void *__wrap_malloc(size_t size)
{
	return now && now->letter == 'm' ? NULL : __real_malloc(size);
}

ssize_t __wrap_pread(int fd, void *buf, size_t len, off_t off)
{
	if (now && now->letter == 's')
		return 0;
	if (now && now->letter == 'e') {
		errno = EIO;
		return -1;
	}
	return __real_pread(fd, buf, len, off);
}

/* --- the library --- */

struct library {
	ini_reader reader;
	void *stream;
};

static char *read_short(char *out, int size, void *stream)
{
	const struct library *l = stream;

	assert(size > 40);
	return l->reader(out, 40, l->stream);
}

static int report_nothing(void *user, const char *section, const char *key, const char *value)
{
	(void)user, (void)section, (void)key, (void)value;
	return 1;
}

int __wrap_ini_parse_stream(ini_reader reader, void *stream, ini_handler handler, void *user)
{
	struct library l = { reader, stream };
	int r;

	switch (now->letter) {
	case 'w':
		return -2;
	case 'b':
		return __real_ini_parse_stream(read_short, &l, handler, user);
	case 'x':
		return __real_ini_parse_stream(reader, stream, report_nothing, user);
	case 'i':
		r = __real_ini_parse_stream(reader, stream, handler, user);
		return r ? r : 1;
	default:
		return __real_ini_parse_stream(reader, stream, handler, user);
	}
}

/* --- the lines --- */

static const char *end_of_line(const struct check *c)
{
	const char *newline = memchr(c->at, '\n', (size_t)(c->end - c->at));

	return newline ? newline : c->end;
}

/* Skips lines up to number @line, and checks that each of them is blank or a comment. */
static void skip_to(struct check *c, unsigned line)
{
	while (c->line + 1 < line) {
		const char *end = end_of_line(c), *p = c->at;

		assert(p < c->end);
		if (c->line == 0 && end - p >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
			p += 3;
		while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
			p++;
		assert(p == end || *p == ';' || *p == '#');
		c->at = end < c->end ? end + 1 : end;
		c->line++;
	}
}

/* Returns the line without space at either end. */
static const char *take(struct check *c, unsigned line, size_t *ret_len)
{
	const char *p, *end;

	assert(line > c->line);
	skip_to(c, line);
	assert(c->at < c->end);
	p = c->at;
	end = end_of_line(c);
	c->at = end < c->end ? end + 1 : end;
	c->line++;
	if (line == 1 && end - p >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	while (end > p && strchr(" \t\r", end[-1]) && end[-1])
		end--;
	*ret_len = (size_t)(end - p);
	return p;
}

static void check_fault(void *to, unsigned line, const char *words)
{
	const struct check *c = to;
	size_t len;

	assert(words && *words);
	if (now->letter == 'i' && line == 1 && (c->line > 0 || c->at == c->end))
		return; /* this line was returned before, or does not exist */
	take(to, line, &len);
}

static void check_section(void *to, unsigned line, const char *name)
{
	size_t len;
	const char *text = take(to, line, &len);

	assert(len == strlen(name) + 2 && text[0] == '[' && text[len - 1] == ']');
	assert(memcmp(text + 1, name, len - 2) == 0);
}

static void check_entry(
	void *to, unsigned line, const char *section, const char *key, const char *value)
{
	const size_t key_len = strlen(key), value_len = strlen(value);
	size_t len, i;
	const char *text = take(to, line, &len);

	assert(section && key_len > 0 && key_len + 1 + value_len <= len && len <= CONFIG_LINE_MAX);
	assert(memcmp(text, key, key_len) == 0);
	assert(memcmp(text + len - value_len, value, value_len) == 0);
	/* Between key and value there are only one '=' and white space. */
	for (i = key_len; i < len - value_len && text[i] != '='; i++)
		assert(text[i] == ' ' || text[i] == '\t');
	assert(i < len - value_len);
	for (i++; i < len - value_len; i++)
		assert(text[i] == ' ' || text[i] == '\t');
}

static void parse(char *text, const uint8_t *data, size_t size)
{
	struct check c = { (const char *)data, (const char *)data + size, 0 };
	const struct config_sink sink = { &c, check_section, check_entry, check_fault };
	const int r = config_file_parse(text, size, &sink);
	unsigned lines = 1;
	size_t i;

	assert(r == (now->letter == 'w' ? -ENOMEM : 0));
	for (i = 0; i < size; i++)
		lines += data[i] == '\n' && i + 1 < size;
	if (r == 0 && size > 0)
		skip_to(&c, lines + 1);
}

/* --- the file --- */

/* Makes a file of the input. Returns: its path. */
static const char *make_file(const uint8_t *data, size_t size, const struct world *w)
{
	static char path[32];
	static int file = -1;
	const off_t len = w->letter == 'l' ? CONFIG_FILE_MAX + 1 : (off_t)size;

	if (file < 0) {
		file = memfd_create("seedrive.conf", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	}
	assert(pwrite(file, data, size, 0) == (ssize_t)size);
	assert(ftruncate(file, len) == 0 && fchmod(file, w->mode) == 0);
	return path;
}

static const struct world *find_world(const uint8_t *data, size_t *size)
{
	const struct world *w = worlds;

	if (*size >= 2 && data[*size - 2] == MARK)
		while (w->letter && w->letter != (char)data[*size - 1])
			w++;
	else
		while (w->letter)
			w++;
	if (w->letter)
		*size -= 2;
	return w;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct world *w = find_world(data, &size);
	const char *path = w->path ? w->path : make_file(data, size, w);
	struct fault f = { 0 };
	char *text = NULL;
	size_t len = 0;
	int r;

	now = w;
	r = config_file_read(AT_FDCWD, path, "FILE", &text, &len, &f);
	/* Of an empty file, nothing is read. */
	assert(r == (size == 0 && (w->letter == 'e' || w->letter == 's') ? 0 : w->error));
	assert(r < 0 ? strncmp(f.text, "FILE: ", 6) == 0 && !text : text && !text[len]);
	if (r == 0 && w->path) {
		assert(len == 0);
	} else if (r == 0) {
		assert(len == size && (size == 0 || memcmp(text, data, size) == 0));
		parse(text, data, size);
	}
	now = NULL;
	free(text);
	return 0;
}
