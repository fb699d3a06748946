/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_PROGRAM_H
#define GUEST_STAGE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#define PROGRAM_NAME      "seedrive-guest"
#define PROGRAM_WORDS_MAX 224 /* the settings' and those that a stage adds are fewer */

/* Its exit statuses that mean something here; others are signals. */
enum {
	PROGRAM_DONE = 0,
	PROGRAM_FAILED = 1,
	PROGRAM_USAGE = 2,
	PROGRAM_NOT_RUN = 126,
	PROGRAM_NOT_THERE = 127
};

/* A command line. */
struct program {
	const char *word[PROGRAM_WORDS_MAX + 1];
	size_t count;
};

/** program_begin - @self: as we were called, with the program beside us; @environment: it is handed on. */
void program_begin(const char *self, char *const *environment);

/** program_add - a word and, if it is not NULL, another one. */
void program_add(struct program *p, const char *a, const char *b);

/** program_add_all - likewise, for a list that ends with a NULL. */
void program_add_all(struct program *p, const char *const *words);

/**
 * program_run - run it to its end, or to the deadline's
 * @note: gets what it says
 *
 * One that does not end is killed, and reported; where no time is left, none is begun. What it says of its options, which goes to its standard error alone,
 * is brought to the kernel's log.
 * Returns: its exit status as a shell has it; -ETIME: it was killed; -EBUSY: that did not end it either.
 */
int program_run(struct program *p, const char *note);

#endif
