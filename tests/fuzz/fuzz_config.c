/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is a configuration file. Each line, except blank ones and comments, must be returned once and in order: as a
 * section, as a fault, or as an entry, whose key and value must be the whole line.
 *
 * FUZZ_WITH: cli/config/file.c util/open.c util/fault.c util/io.c util/utf8.c -linih
 */
#include "cli/config/file.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct check {
	const char *at, *end; /* the lines that have not been returned yet */
	unsigned line;
};

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
	size_t len;

	assert(words && *words);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct check c = { (const char *)data, (const char *)data + size, 0 };
	const struct config_sink sink = { &c, check_section, check_entry, check_fault };
	char *text = malloc(size + 1);
	unsigned lines = 1;
	size_t i;

	assert(text);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	assert(config_file_parse(text, size, &sink) == 0);
	for (i = 0; i < size; i++)
		lines += data[i] == '\n' && i + 1 < size;
	if (size > 0)
		skip_to(&c, lines + 1);
	free(text);
	return 0;
}
