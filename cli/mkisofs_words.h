/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_MKISOFS_WORDS_H
#define CLI_MKISOFS_WORDS_H

#include "cli/mkisofs_options.h"

/* A command line on the way through it. */
struct mkisofs_words {
	char **argv; /* up to @argc */
	int argc, at;
	const char *letters; /* those of the last word that are still to come, or NULL */
	bool ended;          /* by `--`: all that follows are paths */
};

/* A path, or an option with its value. */
struct mkisofs_word {
	const struct mkisofs_option *option; /* NULL: a path */
	const char *value;                   /* the path, or the first value, or NULL */
	const char *typed;                   /* the word it is in */
};

/**
 * mkisofs_word_next - the next one, by the grammar of getopt_long_only(3) as it is genisoimage's
 *
 * One dash or two before a name; a beginning will do where genisoimage takes it; several letters in one word; a value in
 * the next word, behind a letter, or behind `=` after a name.
 * Returns: 1 with @ret; 0 at the end; -ENOTSUP for a word that is no option, also one with a value too many; -EINVAL where a
 * value is missing. After an error the next call goes on with the next word.
 */
int mkisofs_word_next(struct mkisofs_words *w, struct mkisofs_word *ret, struct fault *f);

/** mkisofs_word_refuse - -ENOTSUP, and @f says why @word is refused, by the name that was typed. */
int mkisofs_word_refuse(const struct mkisofs_word *word, struct fault *f);

#endif
