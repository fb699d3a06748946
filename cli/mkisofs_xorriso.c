/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/mkisofs_xorriso.h"
#include "util/path.h"

#include <errno.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Is @word this name of an option, with one dash or two? */
static bool is_option(const char *word, const char *name)
{
	return word[0] == '-' && strcmp(word + (word[1] == '-' ? 2 : 1), name) == 0;
}

/* Returns: the place of `-as` in the line, or 0. Only these commands of xorriso may come before it; they do not change the
 * image. */
static int find_as(int argc, char **argv)
{
	static const struct {
		const char *name;
		int values;
	} before[] = { { "no_rc", 0 }, { "report_about", 1 }, { "abort_on", 1 },
		{ "return_with", 2 } };
	size_t i;
	int at = 1;

	while (at < argc && !is_option(argv[at], "as")) {
		for (i = 0; i < COUNT(before) && !is_option(argv[at], before[i].name); i++)
			;
		if (i == COUNT(before))
			return 0;
		at += 1 + before[i].values;
	}
	return at < argc ? at : 0;
}

int mkisofs_take_as(struct mkisofs_args *a, struct mkisofs_words *w, struct fault *f)
{
	static const char *const names[] = { "mkisofs", "genisoimage", "genisofs", "xorrisofs" };
	const int as = find_as(w->argc, w->argv);
	size_t i;

	a->as_xorriso = a->rock_ridge =
		as > 0 || (w->argc > 0 && strcmp(path_last(w->argv[0]), "xorrisofs") == 0);
	if (as == 0)
		return 0;
	a->skip = as + 1 < w->argc ? as + 1 : as;
	w->at = a->skip + 1;
	if (a->skip == as)
		return fault_set(f, -EINVAL, "%s: a value is missing", w->argv[as]);
	for (i = 0; i < COUNT(names); i++)
		if (strcmp(w->argv[as + 1], names[i]) == 0)
			return 0;
	a->foreign = true;
	a->skip = 0;
	return fault_set(f, -ENOTSUP, "%s: %s: must be mkisofs, genisoimage, genisofs or xorrisofs",
		w->argv[as], w->argv[as + 1]);
}

int mkisofs_take_command(const char *word, struct fault *f)
{
	/* These are what this program does anyway. */
	if (is_option(word, "commit") || is_option(word, "end"))
		return 0;
	return fault_set(f, -ENOTSUP, "%s: xorriso commands are not supported", word);
}
