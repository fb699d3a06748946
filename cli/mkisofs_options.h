/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_MKISOFS_OPTIONS_H
#define CLI_MKISOFS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/fault.h"

/* The meaning of an option. All accepted options without effect share one value; all refused options share another. */
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

/* One name of an option. */
struct mkisofs_option {
	const char *name;    /* without dashes; names of one letter may share a word, as in -rJ */
	unsigned char words; /* number of following words that are its values: 0 to 3 */
	enum mkisofs_id id;
	const char *why; /* for an option that is refused: the end of the error line */
};

/* A part of the table. Whether an abbreviation is unambiguous depends on all rows. */
struct mkisofs_options {
	const struct mkisofs_option *row; /* ended by a row without a name */
	bool abbreviated; /* genisoimage accepts unambiguous abbreviations, xorrisofs does not */
};

/**
 * mkisofs_options - every option in the manual pages of genisoimage 1.1.11 and xorrisofs 1.5.4
 * The parser reads this table, and the tests compare the manual page and the completions with it.
 */
extern const struct mkisofs_options mkisofs_options[];
extern const size_t mkisofs_options_count;

/* The parts of the table that cli/mkisofs_refused.c defines. */
extern const struct mkisofs_option mkisofs_refused_genisoimage[], mkisofs_refused_xorrisofs[];

/** mkisofs_option_letter - finds an option of one letter. Returns: the row, or NULL. */
const struct mkisofs_option *mkisofs_option_letter(char letter);

/**
 * mkisofs_option_find - finds an option by its name of @len bytes, or by an unambiguous abbreviation
 * @ret: the row, or NULL if no option has this name
 * Returns: 0, or -ENOTSUP if the abbreviation is ambiguous: then @f has the end of an error line that lists the options.
 */
int mkisofs_option_find(
	const char *name, size_t len, const struct mkisofs_option **ret, struct fault *f);

#endif
