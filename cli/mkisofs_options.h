/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_MKISOFS_OPTIONS_H
#define CLI_MKISOFS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/fault.h"

/* What an option asks for; of those that are only accepted, and of those that are refused, there is no more to say. */
enum mkisofs_id {
	OPT_REFUSED,
	OPT_ACCEPTED,
	OPT_OUTPUT,
	OPT_LABEL,
	OPT_PUBLISHER,
	OPT_PREPARER,
	OPT_APPLICATION,
	OPT_SYSTEM,
	OPT_VOLUME_SET,
	OPT_JOLIET,
	OPT_JOLIET_LONG,
	OPT_JOLIET_UTF16,
	OPT_JOLIET_CHARSET,
	OPT_ROCK,
	OPT_RATIONAL,
	OPT_NOROCK,
	OPT_UID,
	OPT_GID,
	OPT_FILE_MODE,
	OPT_DIR_MODE,
	OPT_NEW_DIR_MODE,
	OPT_FULL,
	OPT_LONGEST,
	OPT_LOWERCASE,
	OPT_RELAXED,
	OPT_UNTRANSLATED,
	OPT_NO_VERSION,
	OPT_NO_PERIOD,
	OPT_ISO_LEVEL,
	OPT_LARGE_FILES,
	OPT_CHARSET,
	OPT_GRAFT,
	OPT_FOLLOW,
	OPT_EXCLUDE,
	OPT_NO_BACKUPS,
	OPT_ALIGN,
	OPT_QUIET,
	OPT_SEED_MODE,
	OPT_VERSION,
	OPT_HELP,
};

/* One option, by one of its names. */
struct mkisofs_option {
	const char
		*name; /* without dashes; one of a single letter may be one of several in a word */
	unsigned char words; /* how many that follow are its own: 0 to 3 */
	enum mkisofs_id id;
	const char *why; /* of a refused one: the end of the sentence that refuses it */
};

/* A part of the table. What may be abbreviated, and to what, depends on all of its rows. */
struct mkisofs_options {
	const struct mkisofs_option *row; /* up to one without a name */
	bool abbreviated; /* genisoimage takes any beginning of a name that is no other's; xorrisofs none */
};

/**
 * mkisofs_options - every option in the manual pages of genisoimage 1.1.11 and xorrisofs 1.5.4: the one table of them
 * The parser, the manual and the completion of seedrive-mkisofs are made from it, or compared with it by the tests.
 */
extern const struct mkisofs_options mkisofs_options[];
extern const size_t mkisofs_options_count;

/* Its parts in cli/mkisofs_refused.c. */
extern const struct mkisofs_option mkisofs_refused_genisoimage[], mkisofs_refused_xorrisofs[];

/** mkisofs_option_letter - one of a single letter, or NULL. */
const struct mkisofs_option *mkisofs_option_letter(char letter);

/**
 * mkisofs_option_find - a longer one, by its name of @len bytes or by a beginning of it that is no other's
 * @ret: NULL if there is no such row
 * Returns: 0; -ENOTSUP where several options begin so, with the end of a sentence that lists them in @f.
 */
int mkisofs_option_find(
	const char *name, size_t len, const struct mkisofs_option **ret, struct fault *f);

#endif
