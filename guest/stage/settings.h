/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_SETTINGS_H
#define GUEST_STAGE_SETTINGS_H

#include <stdbool.h>

#define SETTINGS_WORDS_MAX    64
#define SETTINGS_LIMIT_S      5 /* the default, and the most, that a stage may take of a boot */
#define SETTINGS_LIMIT_MAX_S  30
#define SETTINGS_COMMAND_LINE 4097 /* no kernel takes a longer one but a few of s390's */

enum use { USE_OFF, USE_MIX, USE_FULL };

/* /etc/default/seedrive-guest, and the kernel's command line. */
struct settings {
	enum use seed, carry_over;
	unsigned limit_ms;
	const char *foreign; /* the command line has this word: /var is not root's; or NULL */
	const char *options[SETTINGS_WORDS_MAX + 1]; /* the program's, the last one NULL */
	const char *devices[SETTINGS_WORDS_MAX +
		1]; /* likewise, of those that are --device; none: any */
	/* The values as they were given, and what the above refers to. */
	char seed_word[16], carry_over_word[16], limit_word[16];
	char words[1024], command_line[SETTINGS_COMMAND_LINE];
};

/**
 * settings_read - read both, and report what is not understood
 * @ret: refers to itself
 *
 * The file is read and not run: a slip in it must not end a boot's stage. What is not understood has the meaning
 * that credits nothing.
 */
void settings_read(struct settings *ret);

/* The steps of that, for tests. */
void settings_begin(struct settings *s);
void settings_line(struct settings *s, char *line);
void settings_command_line(struct settings *s);
void settings_end(struct settings *s);

#endif
