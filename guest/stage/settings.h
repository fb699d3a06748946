/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_SETTINGS_H
#define GUEST_STAGE_SETTINGS_H

#include <stdbool.h>

#define SETTINGS_WORDS_MAX    64
#define SETTINGS_LIMIT_S      5 /* the default of DEADLINE=, and next its maximum */
#define SETTINGS_LIMIT_MAX_S  30
#define SETTINGS_COMMAND_LINE 4097 /* only some kernels for s390 take a longer one */

enum use { USE_OFF, USE_MIX, USE_FULL };

/* The settings from /etc/default/seedrive-guest and the kernel's command line. */
struct settings {
	enum use seed, carry_over;
	unsigned limit_ms;
	const char *foreign; /* a word of the command line: /var is not on root; NULL: none */
	const char *options[SETTINGS_WORDS_MAX + 1]; /* the program's options, NULL-terminated */
	const char *devices[SETTINGS_WORDS_MAX +
		1]; /* the values of --device, NULL-terminated; empty: any device */
	/* The values as they were given; the members above point into them. */
	char seed_word[16], carry_over_word[16], limit_word[16];
	char words[1024], command_line[SETTINGS_COMMAND_LINE];
};

/**
 * settings_read - read the file and the command line, and report values that are not understood
 * @ret: points into itself, so it must not be moved
 *
 * The file is parsed and not run by a shell, so that a mistake in it cannot end a stage of the boot. A value that is not
 * understood has the meaning that credits nothing.
 */
void settings_read(struct settings *ret);

/* The steps of settings_read(), for tests. */
void settings_begin(struct settings *s);
void settings_line(struct settings *s, char *line);
void settings_command_line(struct settings *s);
void settings_end(struct settings *s);

#endif
