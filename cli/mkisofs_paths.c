/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The paths of the command line, and the patterns of -m. */
#include "cli/mkisofs_args.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int mkisofs_add_path(struct mkisofs_args *a, const char *word, struct fault *f)
{
	/* The array doubles when its length reaches a power of two. */
	if ((a->paths & (a->paths - 1)) == 0) {
		size_t room = a->paths ? 2 * a->paths : 1;
		struct mkisofs_path *path = realloc(a->path, room * sizeof(*path));

		if (!path)
			return fault_errno(f, -ENOMEM, word);
		a->path = path;
	}
	a->path[a->paths++] = (struct mkisofs_path){ .source = word };
	return 0;
}

/* The first `=` without a backslash before it, or NULL. */
static const char *find_equals(const char *word)
{
	for (; *word; word++) {
		if (*word == '=')
			return word;
		if (word[0] == '\\' && word[1])
			word++;
	}
	return NULL;
}

/* Removes each backslash that escapes the character after it. Returns: the end of the text. */
static char *unescape(char *to, const char *from, const char *end)
{
	while (from < end) {
		if (from[0] == '\\' && from + 1 < end && (from[1] == '\\' || from[1] == '='))
			from++;
		*to++ = *from++;
	}
	*to++ = '\0';
	return to;
}

static size_t words_size(const struct mkisofs_args *a)
{
	size_t i, sum = 1; /* so that malloc() gets a size even without paths */

	for (i = 0; i < a->paths; i++)
		sum += strlen(a->path[i].source) + 1;
	return sum;
}

/* -graft-points may follow the first path, so paths are split only after all options were read. */
int mkisofs_split_grafts(struct mkisofs_args *a, struct fault *f)
{
	char *at = a->words = malloc(words_size(a));
	size_t i;

	if (!at)
		return fault_errno(f, -ENOMEM, "-graft-points");
	for (i = 0; i < a->paths; i++) {
		struct mkisofs_path *p = a->path + i;
		const char *word = p->source, *equals = find_equals(word);

		if (equals == word)
			return fault_set(f, -EINVAL, "%s: nothing before the =", word);
		if (equals) {
			p->graft = at;
			at = unescape(at, word, equals);
			word = equals + 1;
		}
		p->source = at;
		at = unescape(at, word, word + strlen(word));
	}
	return 0;
}

int mkisofs_add_exclude(struct mkisofs_args *a, const char *pattern, struct fault *f)
{
	const char **more = realloc(a->exclude, (a->excludes + 1) * sizeof(*more));

	if (!more)
		return fault_errno(f, -ENOMEM, pattern);
	a->exclude = more;
	a->exclude[a->excludes++] = pattern;
	return 0;
}
