/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_PROGRAM_H
#define GUEST_STAGE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#define PROGRAM_NAME      "seedrive-guest"
#define PROGRAM_WORDS_MAX 224 /* more than the words of the settings and those that a stage adds */

/* The program's exit statuses; any other status is that of a signal. The last two are ours: the program could not be
 * executed, or was not found. */
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

/**
 * program_begin - store what program_run() needs
 * @self:        our argv[0], to find the program in the same prefix
 * @environment: passed to the program
 */
void program_begin(const char *self, char *const *environment);

/** program_add - append the word @a and, if it is not NULL, the word @b. */
void program_add(struct program *p, const char *a, const char *b);

/** program_add_all - append a NULL-terminated list of words. */
void program_add_all(struct program *p, const char *const *words);

/**
 * program_run - run the program until it ends or the deadline is reached
 * @note: the name of the note that gets the program's lines
 *
 * If the program does not end in time, it is killed, and that is reported. If no time is left, it is not started. The
 * program prints errors in its options only on standard error, so they are written to the kernel's log here.
 * Returns: its exit status, as in a shell; -ETIME: it was killed; -EBUSY: it was killed, but has not ended.
 */
int program_run(struct program *p, const char *note);

#endif
