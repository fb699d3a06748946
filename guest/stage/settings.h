/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_SETTINGS_H
#define GUEST_STAGE_SETTINGS_H

#include <stdbool.h>

#define SETTINGS_WORDS_MAX    64
#define SETTINGS_LIMIT_S      5 /* the default of DEADLINE=; the next line has its maximum */
#define SETTINGS_LIMIT_MAX_S  30
#define SETTINGS_COMMAND_LINE 4097 /* only some kernels for s390 accept a longer one */

enum use { USE_OFF, USE_MIX, USE_FULL };

/* The settings from /etc/default/seedrive-guest and the kernel's command line. */
struct settings {
	enum use seed, carry_over;
	unsigned limit_ms;
	/* The word of the command line which says that /var is not on root; NULL: none. */
	const char *foreign;
	const char *options[SETTINGS_WORDS_MAX + 1]; /* the program's options, NULL-terminated */
	const char *devices[SETTINGS_WORDS_MAX +
		1]; /* the values of --device, NULL-terminated; if empty: all devices */
	/* The values as they were given. The members above have pointers into them. */
	char seed_word[16], carry_over_word[16], limit_word[16];
	char words[1024], command_line[SETTINGS_COMMAND_LINE];
};

/**
 * settings_read - read the file and the command line, and report values that are not understood
 * @ret: contains pointers into itself, so it must not be moved
 *
 * The file is parsed here. No shell runs it, because a mistake in it could then end a stage of the boot. If a value is
 * not understood, nothing is credited because of it.
 */
void settings_read(struct settings *ret);

/* The steps of settings_read(), for tests. */
void settings_begin(struct settings *s);
void settings_line(struct settings *s, char *line);
void settings_command_line(struct settings *s);
void settings_end(struct settings *s);

#endif
