/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/mkisofs_args.h"
#include "cli/mkisofs_xorriso.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define OWNER_MAX (UINT32_MAX - 1) /* the id after it means "no change" in chown(2) */

static void take_untranslated(struct iso_names *n)
{
	n->full = n->lowercase = n->relaxed = true;
	n->untranslated = n->no_version = n->no_period = true;
}

static int take_level(struct mkisofs_args *a, const char *v, struct fault *f)
{
	if (v[0] < '1' || v[0] > '4' || v[1])
		return fault_set(f, -EINVAL, "%s: must be 1, 2, 3 or 4", v);
	a->names.level = (unsigned)(v[0] - '0');
	if (a->names.level == 4)
		take_untranslated(&a->names);
	return 0;
}

/* As xorrisofs: a cylinder is 1 MiB. `auto` concerns images with a partition table, and we write none. */
static int take_align(struct mkisofs_args *a, const char *v, struct fault *f)
{
	a->align = strcmp(v, "on") == 0 || strcmp(v, "all") == 0;
	if (!a->align && strcmp(v, "auto") != 0 && strcmp(v, "off") != 0)
		return fault_set(f, -EINVAL, "%s: must be on, all, auto or off", v);
	return 0;
}

/* Names are UTF-8 in the tree and in the image. Another character set is refused later, unless all names are ASCII. */
static int take_charset(struct mkisofs_args *a, const char *v, struct fault *f)
{
	if (!*v)
		return fault_set(f, -ENOTSUP, "a value is missing");
	if (strcasecmp(v, "help") == 0)
		return fault_set(
			f, -ENOTSUP, "%s: unsupported character set; only utf-8 is supported", v);
	if (strcasecmp(v, "utf-8") != 0 && strcasecmp(v, "utf8") != 0)
		a->charset = v;
	return 0;
}

static int take_text(const char **field, const char *v, size_t max, struct fault *f)
{
	if (strlen(v) > max)
		return fault_set(f, -EINVAL, "longer than %zu characters", max);
	*field = v;
	return 0;
}

/* Parses @v as a number in @base (0: from its prefix, as in C). Returns: -1 if it is no number or above @max. */
static long long parse_number(const char *v, int base, long long max)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(v, &end, base);
	return !*v || *end || errno || n < 0 || n > max ? -1 : n;
}

/* xorrisofs would look a user's name up on this host; the guest's users are others, so only numbers are taken. */
static int take_owner(uint32_t *field, const char *v, struct fault *f)
{
	const long long n = parse_number(v, 0, OWNER_MAX);

	if (n < 0)
		return fault_set(f, -ENOTSUP, "%s: must be a number from 0 to %u", v, OWNER_MAX);
	*field = (uint32_t)n;
	return 0;
}

static int take_mode(mode_t *field, const char *v, struct fault *f)
{
	const long long n = parse_number(v, 8, 07777);

	if (n < 0)
		return fault_set(f, -ENOTSUP, "%s: not an octal mode up to 7777", v);
	*field = (mode_t)n;
	return 0;
}

/* All of these options but -new-dir-mode imply Rock Ridge, because only Rock Ridge can store owners and modes. */
static int take_attribute(
	struct mkisofs_args *a, enum mkisofs_id id, const char *v, struct fault *f)
{
	struct iso_attributes *at = &a->attributes;

	a->rock_ridge |= id != OPT_NEW_DIR_MODE;
	switch (id) {
	case OPT_UID:
		at->forced |= ISO_UID;
		return take_owner(&at->uid, v, f);
	case OPT_GID:
		at->forced |= ISO_GID;
		return take_owner(&at->gid, v, f);
	case OPT_FILE_MODE:
		at->forced |= ISO_FILE_MODE;
		return take_mode(&at->file_mode, v, f);
	case OPT_DIR_MODE:
		at->forced |= ISO_DIR_MODE;
		return take_mode(&at->dir_mode, v, f);
	default:
		a->new_folders = true;
		return take_mode(&a->new_folder_mode, v, f);
	}
}

/* Sets the rules for names. Returns: 1 if the option has to do with names, else 0. */
static int take_name_option(struct mkisofs_args *a, enum mkisofs_id id)
{
	struct iso_names *n = &a->names;

	switch (id) {
	case OPT_FULL:
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
	case OPT_NO_VERSION:
		n->no_version = true;
		return 1;
	case OPT_NO_PERIOD:
		n->no_period = true;
		return 1;
	case OPT_UNTRANSLATED:
		take_untranslated(n);
		return 1;
	default:
		return 0;
	}
}

static int take_switch(struct mkisofs_args *a, enum mkisofs_id id)
{
	switch (id) {
	case OPT_JOLIET:
		a->joliet = true;
		return 1;
	case OPT_JOLIET_LONG:
		a->joliet = a->joliet_long = true;
		return 1;
	case OPT_JOLIET_UTF16:
		a->joliet = a->joliet_utf16 = true;
		return 1;
	case OPT_ROCK:
	case OPT_RATIONAL:
		a->rock_ridge = true;
		a->no_rock = false;
		a->rational |= id == OPT_RATIONAL;
		return 1;
	case OPT_NOROCK:
		a->rock_ridge = a->rational = false;
		a->no_rock = true;
		return 1;
	case OPT_LARGE_FILES:
		a->large_files = true;
		return 1;
	case OPT_FOLLOW:
		a->follow = true;
		return 1;
	case OPT_NO_BACKUPS:
		a->no_backups = true;
		return 1;
	case OPT_GRAFT:
		a->graft = true;
		return 1;
	case OPT_QUIET:
		a->quiet = true;
		return 1;
	case OPT_ACCEPTED:
		return 1;
	case OPT_VERSION:
	case OPT_HELP:
		a->action = id == OPT_HELP ? MKISOFS_HELP : MKISOFS_VERSION;
		return 1;
	default:
		return take_name_option(a, id);
	}
}

static int take_output(struct mkisofs_args *a, const char *v, struct fault *f)
{
	if (!*v)
		return fault_set(f, -EINVAL, "the name of the output is empty");
	/* A file, in xorriso's words for the address of a drive. */
	if (a->as_xorriso && strncmp(v, "stdio:", 6) == 0 && v[6])
		v += 6;
	a->out = strcmp(v, "-") == 0 ? NULL : v;
	return 0;
}

static int take_volume(struct mkisofs_args *a, enum mkisofs_id id, const char *v, struct fault *f)
{
	switch (id) {
	case OPT_LABEL:
		return take_text(&a->label, v, 32, f);
	case OPT_PUBLISHER:
		return take_text(&a->publisher, v, 128, f);
	case OPT_PREPARER:
		return take_text(&a->preparer, v, 128, f);
	case OPT_APPLICATION:
		return take_text(&a->application, v, 128, f);
	case OPT_SYSTEM:
		return take_text(&a->system, v, 32, f);
	default:
		return take_text(&a->volume_set, v, 128, f);
	}
}

static int take_seed(struct mkisofs_args *a, const char *v, struct fault *f)
{
	if (strcmp(v, "on") != 0 && strcmp(v, "mix") != 0 && strcmp(v, "off") != 0)
		return fault_set(f, -EINVAL, "%s: must be on, mix or off", v);
	a->seed = v;
	return 0;
}

static int take_value(struct mkisofs_args *a, enum mkisofs_id id, const char *v, struct fault *f)
{
	switch (id) {
	case OPT_SEED_MODE:
		return take_seed(a, v, f);
	case OPT_OUTPUT:
		return take_output(a, v, f);
	case OPT_ISO_LEVEL:
		return take_level(a, v, f);
	case OPT_ALIGN:
		return take_align(a, v, f);
	case OPT_JOLIET_CHARSET:
		a->joliet = true;
		return take_charset(a, v, f);
	case OPT_CHARSET:
		return take_charset(a, v, f);
	case OPT_EXCLUDE:
		return mkisofs_add_exclude(a, v, f);
	case OPT_UID:
	case OPT_GID:
	case OPT_FILE_MODE:
	case OPT_DIR_MODE:
	case OPT_NEW_DIR_MODE:
		return take_attribute(a, id, v, f);
	default:
		return take_volume(a, id, v, f);
	}
}

/* --- the whole command line --- */

static int take(struct mkisofs_args *a, const struct mkisofs_word *word, struct fault *f)
{
	const struct mkisofs_option *o = word->option;
	char name[MKISOFS_NAME_SIZE];
	struct fault why = { 0 };
	int r;

	if (!o)
		return mkisofs_add_path(a, word->value, f);
	if (o->id == OPT_REFUSED)
		return mkisofs_word_refuse(word, f);
	if (take_switch(a, o->id))
		return 0;
	r = take_value(a, o->id, word->value, &why);
	return r < 0 ? fault_set(f, r, "%s: %s", mkisofs_word_name(word, name), why.text) : 0;
}

/* Returns: 1 if there was an item, 0 at the end, or -errno. */
static int take_next(struct mkisofs_args *a, struct mkisofs_words *w, struct fault *f)
{
	struct mkisofs_word word;
	int r = mkisofs_word_next(w, &word, f);

	if (r <= 0)
		return r;
	/* For xorriso, its own commands follow after `--`. */
	r = a->as_xorriso && w->ended ? mkisofs_take_command(word.typed, f) : take(a, &word, f);
	return r < 0 ? r : 1;
}

static int check(struct mkisofs_args *a, struct fault *f)
{
	if (a->action != MKISOFS_MAKE)
		return 0;
	/* xorriso makes an empty image then. */
	if (a->paths == 0 && !a->as_xorriso)
		return fault_set(f, -EINVAL, "no file or folder is named that goes into the image");
	return a->graft ? mkisofs_split_grafts(a, f) : 0;
}

int mkisofs_parse(struct mkisofs_args *a, int argc, char **argv, struct fault *f)
{
	struct mkisofs_words w = { .argv = argv, .argc = argc, .at = 1 };
	struct fault later;
	int r, first;

	*a = (struct mkisofs_args){ .names = { .level = 1 } };
	first = mkisofs_take_as(a, &w, f);
	/* The first fault is kept. The rest is still read, because the label decides whether the drive should have a seed. */
	do {
		r = take_next(a, &w, first ? &later : f);
		if (r < 0 && first == 0)
			first = r;
		/* Words after -help and -version are ignored, as genisoimage does. */
	} while (r != 0 && (a->action == MKISOFS_MAKE || first < 0));
	return first < 0 ? first : check(a, f);
}

void mkisofs_args_clear(struct mkisofs_args *a)
{
	if (!a)
		return;
	free(a->path);
	free(a->words);
	free(a->exclude);
	a->path = NULL;
	a->words = NULL;
	a->exclude = NULL;
	a->paths = a->excludes = 0;
}
