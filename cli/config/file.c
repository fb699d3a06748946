/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/config/file.h"
#include "util/io.h"
#include "util/open.h"
#include "util/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- lines --- */

struct reader {
	const struct config_sink *sink;
	char *at, *end;
	unsigned line;
	bool expects; /* this line has an entry, which inih has not reported yet */
	bool told;    /* a fault was reported, in any line */
};

static void complain(struct reader *r, const char *words)
{
	r->told = true;
	r->sink->fault(r->sink->to, r->line, words);
}

/* Is it a C0 or C1 control character? The latter, U+0080 to U+009F, are 0xc2 0x80 to 0xc2 0x9f in UTF-8. */
static bool is_control(const char *text, size_t len)
{
	const unsigned char first = (unsigned char)text[0];

	if (len == 1)
		return (first < ' ' && first != '\t') || first == 0x7f;
	return first == 0xc2 && (unsigned char)text[1] < 0xa0;
}

/* Returns: the message for bytes that no line may contain, not even a comment; NULL if the line has none. */
static const char *bad_bytes(const char *line, size_t len)
{
	size_t n;

	for (; len > 0; line += n, len -= n) {
		n = utf8_length((const uint8_t *)line, len);
		if (n == 0)
			return "not UTF-8";
		if (*line == '\0')
			return "holds a zero byte";
		if (is_control(line, n))
			return "holds a control character";
	}
	return NULL;
}

/* Is there a ';' or '#' after white space? Depending on its build, inih begins a comment there, but the characters may
 * also be part of a path. We refuse the line, so that the operator makes clear which is meant. */
static bool has_inline_comment(const char *line)
{
	const char *p = line;

	while ((p = strpbrk(p, ";#"))) {
		if (p > line && (p[-1] == ' ' || p[-1] == '\t'))
			return true;
		p++;
	}
	return false;
}

static const char *bad_form(const char *line)
{
	const char *equals = strpbrk(line, "=:");

	if (*line == ' ' || *line == '\t')
		return "begins with white space: a value cannot continue on another line";
	if (has_inline_comment(line))
		return "a comment needs a line of its own";
	if (*line == '[')
		return line[1] != ']' && strcspn(line, "]") + 1 == strlen(line) ? NULL :
										  "not [SECTION]";
	return equals && *equals == '=' && equals > line ? NULL : "not KEY = VALUE";
}

static bool is_comment(const char *line)
{
	line += strspn(line, " \t");
	return *line == '\0' || *line == ';' || *line == '#';
}

/* The next line of the text, with a terminating zero instead of the newline and of white space before it. */
static char *cut_line(struct reader *r, size_t *ret_len)
{
	char *line = r->at, *newline = memchr(line, '\n', (size_t)(r->end - line));
	size_t len = newline ? (size_t)(newline - line) : (size_t)(r->end - line);

	r->line++;
	r->at = newline ? newline + 1 : r->end;
	if (r->line == 1 && len >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
		line += 3;
		len -= 3;
	}
	while (len > 0 && memchr(" \t\r", line[len - 1], 3))
		len--;
	line[len] = '\0';
	*ret_len = len;
	return line;
}

/* Checks a line. A section is passed to the sink. Returns: the message for a fault; NULL: the line is good. */
static const char *check_line(struct reader *r, const char *line, size_t len, size_t max)
{
	const char *why = bad_bytes(line, len);
	char name[CONFIG_LINE_MAX + 1];

	if (why || is_comment(line))
		return why;
	if (len > max)
		return "the line is too long";
	/* cut_line() has removed one byte order mark; the library would silently remove a second one. */
	if (r->line == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0)
		return "begins with a byte order mark twice";
	why = bad_form(line);
	if (!why && *line == '[') {
		memcpy(name, line + 1, len - 2);
		name[len - 2] = '\0';
		r->sink->section(r->sink->to, r->line, name);
	}
	r->expects = !why && *line != '[';
	return why;
}

static void end_line(struct reader *r)
{
	if (r->expects)
		complain(r, "the library inih cannot parse the line");
	r->expects = false;
}

/* The line that inih gets instead of a line with a fault. It is empty; but for a section line with a fault it is an
 * unknown section, because the keys after that line must not count for the section before it. */
static const char *replacement(const char *line)
{
	line += strspn(line, " \t");
	return *line == '[' ? "[?]" : "";
}

/* Gives inih the next line. */
static char *next_line(char *out, int size, void *stream)
{
	struct reader *r = stream;
	const size_t room = size > 0 ? (size_t)size - 1 : 0;
	const char *why;
	size_t len;
	char *line;

	end_line(r);
	if (r->at == r->end)
		return NULL;
	line = cut_line(r, &len);
	why = check_line(r, line, len, room < CONFIG_LINE_MAX ? room : CONFIG_LINE_MAX);
	if (why)
		complain(r, why);
	snprintf(out, room + 1, "%s", why ? replacement(line) : is_comment(line) ? "" : line);
	return out;
}

static int take_entry(void *user, const char *section, const char *key, const char *value)
{
	struct reader *r = user;

	r->expects = false;
	r->sink->entry(r->sink->to, r->line, section, key, value);
	return 1;
}

int config_file_parse(char *text, size_t len, const struct config_sink *sink)
{
	struct reader r = { .sink = sink, .at = text, .end = text + len };
	int bad = ini_parse_stream(next_line, &r, take_entry, &r);

	end_line(&r);
	if (bad > 0 && !r.told) {
		r.line = (unsigned)bad;
		complain(&r, "the library inih cannot parse the line");
	}
	return bad < 0 ? -ENOMEM : 0;
}

/* --- the file --- */

int config_file_trusted(const struct stat *st, uid_t uid, const char *path, struct fault *f)
{
	if (st->st_uid != 0 && st->st_uid != uid)
		return fault_set(f, -EPERM, "%s: belongs to uid %u, neither root nor the caller",
			path, (unsigned)st->st_uid);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return fault_set(f, -EPERM,
			"%s: users other than its owner may write to it (mode %04o)", path,
			(unsigned)st->st_mode & 07777);
	return 0;
}

static int check_file(const struct stat *st, const char *path, struct fault *f)
{
	if (S_ISDIR(st->st_mode))
		return fault_errno(f, -EISDIR, path);
	if (!S_ISREG(st->st_mode))
		return fault_set(f, -EINVAL, "%s: not a regular file", path);
	if (st->st_size > CONFIG_FILE_MAX)
		return fault_set(f, -EFBIG, "%s: larger than %u KiB", path, CONFIG_FILE_MAX >> 10);
	return config_file_trusted(st, geteuid(), path, f);
}

static int read_all(int fd, size_t len, const char *path, char **ret_text, struct fault *f)
{
	char *text = malloc(len + 1);
	int r = text ? io_pread(fd, text, len, 0) : -ENOMEM;

	if (r < 0) {
		free(text);
		return r == -ENODATA ? fault_set(f, r, "%s: shrank while it was read", path) :
				       fault_errno(f, r, path);
	}
	text[len] = '\0';
	*ret_text = text;
	return 0;
}

int config_file_read(int dirfd, const char *name, const char *path, char **ret_text,
	size_t *ret_len, struct fault *f)
{
	struct stat st;
	size_t len = 0;
	int r = 0, fd = open_kind(dirfd, name, O_RDONLY, OPEN_FILE | OPEN_NULL, &st);

	if (fd == -EMEDIUMTYPE)
		return check_file(&st, path, f);
	if (fd < 0)
		return fault_set(f, fd, "%s: %s", path, open_text(fd));
	if (!S_ISCHR(st.st_mode)) {
		r = check_file(&st, path, f);
		len = (size_t)st.st_size;
	}
	if (r == 0)
		r = read_all(fd, len, path, ret_text, f);
	if (r == 0)
		*ret_len = len;
	close(fd);
	return r;
}
