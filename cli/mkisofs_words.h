/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_MKISOFS_WORDS_H
#define CLI_MKISOFS_WORDS_H

#include "cli/mkisofs_options.h"

/* Position in a command line that is being read. */
struct mkisofs_words {
	char **argv; /* @argc words */
	int argc, at;
	const char *letters; /* options of one letter left in the current word, or NULL */
	bool ended;          /* after `--`: all further words are paths */
};

/* One item of a command line: a path, or an option with its value. */
struct mkisofs_word {
	const struct mkisofs_option *option; /* NULL: a path */
	const char *value;                   /* the path, or the option's first value, or NULL */
	const char *typed;                   /* the word of the command line, as typed */
};

/**
 * mkisofs_word_next - reads the next item, by the grammar of getopt_long_only(3) as genisoimage uses it
 *
 * A name has one dash or two, and may be abbreviated where genisoimage allows it. Options of one letter may share a word. A
 * value is the next word, or the rest of the word after a letter, or follows `=` after a name.
 * Returns: 1 with @ret; 0 at the end; -ENOTSUP: the word is no option, or has a value that the option does not take; -EINVAL:
 * a value is missing. After an error the next call continues with the next word.
 */
int mkisofs_word_next(struct mkisofs_words *w, struct mkisofs_word *ret, struct fault *f);

/** mkisofs_word_refuse - sets @f to the reason why @word is refused, with the name as typed. Returns: -ENOTSUP. */
int mkisofs_word_refuse(const struct mkisofs_word *word, struct fault *f);

#define MKISOFS_NAME_SIZE 64 /* more than the longest name of an option, with its dashes */

/** mkisofs_word_name - the name of the option of @word as typed, without its value. Returns: @out. */
const char *mkisofs_word_name(const struct mkisofs_word *word, char out[MKISOFS_NAME_SIZE]);

#endif
