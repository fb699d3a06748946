/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/mkisofs_args.h"
#include "cli/mkisofs_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int refuse(struct fault *f, const char *dashes, const char *name)
{
	return fault_set(f, -ENOTSUP, "%s%s: not an option of this program", dashes, name);
}

/* The first letter of a word may well be that of a long option which only others have. */
static int refuse_letter(struct fault *f, int letter, const char *word)
{
	const char name[2] = { (char)letter, '\0' };

	return word[1] == letter ? refuse(f, "", word) : refuse(f, "-", name);
}

static void take_untranslated(struct iso_names *n)
{
	n->full = n->lowercase = n->relaxed = true;
	n->untranslated = n->no_version = n->no_period = true;
}

static int take_level(struct mkisofs_args *a, struct fault *f)
{
	const char *v = optarg;

	if (v[0] < '1' || v[0] > '4' || v[1])
		return fault_set(f, -EINVAL, "-iso-level: %s: must be 1, 2, 3 or 4", v);
	a->names.level = (unsigned)(v[0] - '0');
	if (a->names.level == 4)
		take_untranslated(&a->names);
	return 0;
}

/* xorrisofs': a cylinder of its is a MiB, and `auto` is for images with a partition table, of which we make none. */
static int take_align(struct mkisofs_args *a, struct fault *f)
{
	const char *v = optarg;

	a->align = strcmp(v, "on") == 0 || strcmp(v, "all") == 0;
	if (!a->align && strcmp(v, "auto") != 0 && strcmp(v, "off") != 0)
		return fault_set(
			f, -EINVAL, "-partition_cyl_align: %s: must be on, all, auto or off", v);
	return 0;
}

/* Names are UTF-8 on both sides: what is asked for is that, or we are not who is asked. */
static int take_charset(struct fault *f)
{
	if (strcasecmp(optarg, "utf-8") == 0 || strcasecmp(optarg, "utf8") == 0)
		return 0;
	return fault_set(
		f, -ENOTSUP, "%s: not a character set of this program, which is utf-8", optarg);
}

static int take_text(const char **field, const char *what, size_t max, struct fault *f)
{
	if (strlen(optarg) > max)
		return fault_set(f, -EINVAL, "%s: longer than %zu characters", what, max);
	*field = optarg;
	return 0;
}

static int take_name_option(struct mkisofs_args *a, int c)
{
	struct iso_names *n = &a->names;

	switch (c) {
	case 'l':
		n->full = true;
		return 1;
	case OPT_LONGEST:
		n->longest = true;
		return 1;
	case OPT_LOWERCASE:
		n->lowercase = true;
		return 1;
	case OPT_RELAXED:
		n->relaxed = true;
		return 1;
	case 'N':
		n->no_version = true;
		return 1;
	case 'd':
		n->no_period = true;
		return 1;
	case 'U':
		take_untranslated(n);
		return 1;
	default:
		return 0;
	}
}

/* 1: it was one of these. */
static int take_switch(struct mkisofs_args *a, int c)
{
	switch (c) {
	case 'J':
		a->joliet = true;
		return 1;
	case OPT_JOLIET_LONG:
		a->joliet = a->joliet_long = true;
		return 1;
	case 'R':
	case 'r':
		a->rock_ridge = true;
		a->rational |= c == 'r';
		return 1;
	case OPT_NOROCK:
		a->rock_ridge = a->rational = false;
		return 1;
	case 'f':
		a->follow = true;
		return 1;
	case OPT_GRAFT:
		a->graft = true;
		return 1;
	case OPT_QUIET:
		a->quiet = true;
		return 1;
	case 'v':
	case 'D':
	case 'L':
	case OPT_ACCEPT:
		return 1;
	case OPT_VERSION:
	case OPT_HELP:
		a->action = c == OPT_HELP ? MKISOFS_HELP : MKISOFS_VERSION;
		return 1;
	default:
		return take_name_option(a, c);
	}
}

static int take_value(struct mkisofs_args *a, int c, struct fault *f)
{
	switch (c) {
	case 'o':
		if (!*optarg)
			return fault_set(f, -EINVAL, "-o: the name of the output is empty");
		a->out = strcmp(optarg, "-") == 0 ? NULL : optarg;
		return 1;
	case 'V':
		return take_text(&a->label, "-V", 32, f) < 0 ? -EINVAL : 1;
	case 'P':
	case OPT_PUBLISHER:
		return take_text(&a->publisher, "-publisher", 128, f) < 0 ? -EINVAL : 1;
	case 'p':
		return take_text(&a->preparer, "-preparer", 128, f) < 0 ? -EINVAL : 1;
	case 'A':
		return take_text(&a->application, "-appid", 128, f) < 0 ? -EINVAL : 1;
	case OPT_SYSID:
		return take_text(&a->system, "-sysid", 32, f) < 0 ? -EINVAL : 1;
	case OPT_VOLSET:
		return take_text(&a->volume_set, "-volset", 128, f) < 0 ? -EINVAL : 1;
	default:
		return 0;
	}
}

/* --- paths --- */

static int add_path(struct mkisofs_args *a, const char *word, struct fault *f)
{
	/* Doubled at each power of two. */
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

/* Its `=` that has no backslash before it, or NULL. */
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

/* Without the backslashes that took the meaning of what is behind them. Returns the end. */
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
	size_t i, sum = 0;

	for (i = 0; i < a->paths; i++)
		sum += strlen(a->path[i].source) + 1;
	return sum;
}

/* -graft-points may stand behind the first path: so all are looked at in the end. */
static int split_grafts(struct mkisofs_args *a, struct fault *f)
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

/* --- the line as a whole --- */

/* getopt's two ways to be at a loss; @word is the one it was reading. */
static int at_a_loss(int c, const char *word, struct fault *f)
{
	if (c == ':')
		return fault_set(f, -EINVAL, "%s: a value is missing", word);
	/* Of letters in one word only the one is unknown; a long option may be so as a whole, or may be
	 * one of several, or have a value too many. */
	if (optopt == 0 || strncmp(word, "--", 2) == 0 || strchr(word, '='))
		return refuse(f, "", word);
	return refuse_letter(f, optopt, word);
}

static int take(struct mkisofs_args *a, int c, const char *word, int index, struct fault *f)
{
	int r;

	if (c == 1)
		return add_path(a, optarg, f);
	if (c == '?' || c == ':')
		return at_a_loss(c, word, f);
	if (c == OPT_ISO_LEVEL)
		return take_level(a, f);
	if (c == OPT_ALIGN)
		return take_align(a, f);
	if (c == OPT_CHARSET)
		return take_charset(f);
	r = take_switch(a, c);
	if (r == 0)
		r = take_value(a, c, f);
	if (r != 0)
		return r < 0 ? r : 0;
	return index >= 0 ? refuse(f, "-", mkisofs_options[index].name) : refuse_letter(f, c, word);
}

static int check(struct mkisofs_args *a, struct fault *f)
{
	if (a->action != MKISOFS_MAKE)
		return 0;
	if (a->paths == 0)
		return fault_set(f, -EINVAL, "a path is missing");
	return a->graft ? split_grafts(a, f) : 0;
}

int mkisofs_parse(struct mkisofs_args *a, int argc, char **argv, struct fault *f)
{
	int c, index, before, r = 0;

	*a = (struct mkisofs_args){ .names = { .level = 1 } };
	opterr = 0;
	optind = 0; /* glibc: begin anew */
	do {
		index = -1;
		before = optind ? optind : 1;
		c = getopt_long_only(argc, argv, MKISOFS_LETTERS, mkisofs_options, &index);
		if (c < 0)
			break;
		r = take(a, c, argv[before < argc ? before : argc - 1], index, f);
		/* What comes behind is not looked at, as genisoimage has it. */
	} while (r == 0 && a->action == MKISOFS_MAKE);
	while (r == 0 && a->action == MKISOFS_MAKE && optind < argc)
		r = add_path(a, argv[optind++], f);
	return r < 0 ? r : check(a, f);
}

void mkisofs_args_clear(struct mkisofs_args *a)
{
	if (!a)
		return;
	free(a->path);
	free(a->words);
	a->path = NULL;
	a->words = NULL;
	a->paths = 0;
}
