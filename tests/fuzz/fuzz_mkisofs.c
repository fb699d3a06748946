/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is a command line, in which a zero ends each word. If it is refused, there must be one error line; values
 * that are accepted must be within their maximum lengths; and the words must not be changed. Then the same words are
 * parsed while one allocation fails, and the input's length says which: the result must be -ENOMEM, or the same as before.
 *
 * FUZZ_WITH: -Wl,--wrap=malloc,--wrap=realloc cli/mkisofs_args.c cli/mkisofs_words.c cli/mkisofs_xorriso.c cli/mkisofs_paths.c cli/mkisofs_options.c cli/mkisofs_refused.c util/fault.c
 */
#include "cli/mkisofs_args.h"
#include "tests/fuzz/failing.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void *__real_malloc(size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *old, size_t size);

#define ALLOCATION 1 /* the call that fails */

void *__wrap_malloc(size_t size)
{
	return failing_now(ALLOCATION, ENOMEM) ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return failing_now(ALLOCATION, ENOMEM) ? NULL : __real_realloc(old, size);
}

static int split(char *text, size_t size, char *word[WORDS_MAX + 1])
{
	char *end = text + size;
	int n = 0;

	while (text < end && n < WORDS_MAX) {
		word[n++] = text;
		text += strlen(text) + 1;
	}
	word[n] = NULL;
	return n;
}

static void check_text(const char *text, size_t max)
{
	assert(!text || strlen(text) <= max);
}

static void check_paths(const struct mkisofs_args *a, size_t size)
{
	size_t i;

	assert((a->paths > 0 || a->as_xorriso) && a->paths <= WORDS_MAX);
	for (i = 0; i < a->paths; i++) {
		const struct mkisofs_path *p = a->path + i;

		assert(strlen(p->source) <= size);
		assert(!p->graft || (a->graft && *p->graft));
		assert(!p->graft || strlen(p->graft) + strlen(p->source) <= size);
	}
}

static void check_taken(const struct mkisofs_args *a, size_t size)
{
	if (a->action != MKISOFS_MAKE)
		return;
	check_text(a->label, 32);
	check_text(a->system, 32);
	check_text(a->publisher, 128);
	check_text(a->preparer, 128);
	check_text(a->application, 128);
	check_text(a->volume_set, 128);
	assert(!a->out || *a->out);
	assert(a->names.level >= 1 && a->names.level <= 4);
	assert(!a->rational || a->rock_ridge);
	check_paths(a, size);
}

/* Parses while allocation number @nth fails. @expected: the result without that. */
static void parse_without_memory(int n, char **word, unsigned nth, int expected)
{
	struct mkisofs_args a;
	struct fault f = { 0 };
	bool failed;
	int r;

	failing_begin(ALLOCATION, nth - 1);
	r = mkisofs_parse(&a, n, word, &f);
	failed = failing_end();
	assert(r == expected || (failed && r == -ENOMEM));
	assert((r == 0) == (f.text[0] == '\0'));
	mkisofs_args_clear(&a);
	mkisofs_args_clear(NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *word[WORDS_MAX + 1], *before[WORDS_MAX + 1];
	struct mkisofs_args a;
	struct fault f;
	int n, r;

	assert(text);
	memcpy(text, data, size);
	text[size] = '\0';
	n = split(text, size, word);
	memcpy(before, word, sizeof(word));
	f.text[0] = '\0';
	r = mkisofs_parse(&a, n, word, &f);
	assert(r == 0 || r == -EINVAL || r == -ENOTSUP);
	assert((r == 0) == (f.text[0] == '\0'));
	if (r == 0)
		check_taken(&a, size);
	parse_without_memory(n, word, 1 + size % 4, r);
	assert(memcmp(text, data, size) == 0 &&
		memcmp(before, word, (size_t)n * sizeof(*word)) == 0);
	mkisofs_args_clear(&a);
	mkisofs_args_clear(&a);
	free(text);
	return 0;
}
