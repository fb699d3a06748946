/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/mkisofs_fallback.h"
#include "cli/configure.h"
#include "cli/mkisofs_words.h"
#include "util/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Set in the environment of a fallback, so that one that calls this program, which hands over again, does not do so for
 * ever. */
#define HANDED_OVER "SEEDRIVE_MKISOFS_FALLBACK"

/* A fallback that is this program would execute itself for ever. */
static bool is_this_program(const char *path)
{
	struct stat a, b;

	return stat(path, &a) == 0 && stat("/proc/self/exe", &b) == 0 && a.st_ino == b.st_ino &&
		a.st_dev == b.st_dev;
}

static bool is_xorriso(const char *program)
{
	return strcmp(path_last(program), "xorriso") == 0;
}

static const char *why_not(const char *program, const struct mkisofs_args *a)
{
	if (is_this_program(program))
		return "is seedrive-mkisofs itself";
	if (getenv(HANDED_OVER))
		return "has called seedrive-mkisofs in its turn";
	if (a->foreign && !is_xorriso(program))
		return "is not xorriso";
	return NULL;
}

int mkisofs_fallback_find(struct mkisofs_fallback *n, const struct mkisofs_args *a,
	const struct fault *refused, struct fault *f)
{
	struct settings settings;
	const char *why;
	int r;

	*n = (struct mkisofs_fallback){ 0 };
	r = configure(&n->config, NULL, CONFIG_MKISOFS, &settings, f);
	if (r < 0)
		return r;
	n->program = settings.fallback;
	if (!n->program)
		return fault_set(f, -ENOTSUP, "%s", refused->text);
	why = why_not(n->program, a);
	if (why)
		return fault_set(
			f, -ELOOP, "%s; and the fallback %s %s", refused->text, n->program, why);
	if (access(n->program, X_OK) < 0)
		return fault_set(f, -errno, "%s; and the fallback %s: %s", refused->text,
			n->program, strerror(errno));
	return 0;
}

/* Copies the words for mkisofs to @to, without our own option and its value. */
static void copy_words(char **to, struct mkisofs_words w)
{
	struct mkisofs_word word;
	struct fault ignored;
	int from, r = 1;

	while (r != 0) {
		from = w.at;
		r = mkisofs_word_next(&w, &word, &ignored);
		if (r > 0 && word.option && word.option->id == OPT_SEED_MODE)
			continue;
		while (from < w.at)
			*to++ = w.argv[from++];
	}
	*to = NULL;
}

int mkisofs_fallback_exec(const struct mkisofs_fallback *n, const struct mkisofs_args *a, int argc,
	char **argv, struct fault *f)
{
	static char as[] = "-as", mkisofs[] = "mkisofs";
	char **made = calloc((size_t)argc + 4, sizeof(*made)), **to = made;
	int i, r;

	if (!made || setenv(HANDED_OVER, "yes", 1) < 0) {
		free(made);
		return fault_errno(f, -ENOMEM, "fallback");
	}
	*to++ = (char *)n->program;
	if (is_xorriso(n->program)) {
		for (i = 1; i <= a->skip; i++)
			*to++ = argv[i];
		if (a->skip == 0 && !a->foreign) {
			*to++ = as;
			*to++ = mkisofs;
		}
	}
	copy_words(to, (struct mkisofs_words){ .argv = argv, .argc = argc, .at = 1 + a->skip });
	execv(n->program, made);
	r = fault_set(f, -errno, "fallback: %s: %s", n->program, strerror(errno));
	free(made);
	return r;
}

void mkisofs_fallback_clear(struct mkisofs_fallback *n)
{
	config_clear(&n->config);
}
